/* Streams, for those who make them: see horo/stream.h. */
#ifndef HORO_NET_STREAM_H
#define HORO_NET_STREAM_H

#include <horo/stream.h>

/* Memory for a stream that has no descriptor yet; NULL without memory. */
struct horo_stream *horo__stream_alloc(void);

/* Gives it the descriptor of a TCP connection, which it owns from here on. */
void horo__stream_adopt(struct horo_stream *stream, int fd);

/* Frees a stream that was never given a descriptor. */
void horo__stream_discard(struct horo_stream *stream);

#endif
