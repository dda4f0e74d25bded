/* Texts that are written to a stdio stream. */
#ifndef TOOLS_STDIO_TEXT_H
#define TOOLS_STDIO_TEXT_H

#include "census/text.h"

/* For horo__text_init(); `arg` is the FILE. */
int stdio_text_write(void *arg, const char *bytes, size_t size);

/* Writes out the rest of a text whose argument is its FILE. Returns an exit
 * code, after a word on standard error if writing failed. */
int stdio_text_end(const char *command, struct horo__text *text);

#endif
