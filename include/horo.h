/* horo: an asynchronous runtime for C. This header includes all of it; each
 * topic has a small header of its own under horo/. */
#ifndef HORO_H
#define HORO_H

#include <horo/address.h>
#include <horo/barrier.h>
#include <horo/callback.h>
#include <horo/chain.h>
#include <horo/channel.h>
#include <horo/condition.h>
#include <horo/error.h>
#include <horo/event.h>
#include <horo/fd.h>
#include <horo/future.h>
#include <horo/gather.h>
#include <horo/generator.h>
#include <horo/limiter.h>
#include <horo/local.h>
#include <horo/lock.h>
#include <horo/loop.h>
#include <horo/resolver.h>
#include <horo/rwlock.h>
#include <horo/scope.h>
#include <horo/select.h>
#include <horo/semaphore.h>
#include <horo/stream.h>
#include <horo/task.h>
#include <horo/tcp.h>
#include <horo/time.h>
#include <horo/wait.h>
#include <horo/with.h>

#endif
