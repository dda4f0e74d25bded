/* Which sanitizer the code is being built for. */
#ifndef HORO_BASE_SANITIZER_H
#define HORO_BASE_SANITIZER_H

#if defined(__SANITIZE_ADDRESS__)
#define HORO__ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HORO__ASAN 1
#endif
#endif

#if defined(__SANITIZE_THREAD__)
#define HORO__TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HORO__TSAN 1
#endif
#endif

#endif
