/* The backends there are. Only src/runtime.c chooses among them. */
#ifndef HORO_BACKEND_BACKENDS_H
#define HORO_BACKEND_BACKENDS_H

#include "core/backend.h"

extern const struct horo__backend_class horo__uring_backend;
extern const struct horo__backend_class horo__epoll_backend;

#endif
