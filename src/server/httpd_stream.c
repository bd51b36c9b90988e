/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/httpd_stream.h"

#include "server/httpd_internal.h"

#define STREAM_BLOCK 256 /* allocated for each stream; an event fits */

struct HttpStream {
    gatomicrefcount references;
    const char *type;
    HttpStreamFill fill;
    HttpStreamClosed closed;
    gpointer data;

    GMutex lock; /* of what follows; held while libmicrohttpd suspends and resumes */
    struct MHD_Connection *connection;
    bool suspended, woken, ending, over;
};

HttpStream *http_stream_new(const char *type, HttpStreamFill fill, HttpStreamClosed closed,
                            gpointer data)
{
    HttpStream *stream = g_new0(HttpStream, 1);
    g_atomic_ref_count_init(&stream->references);
    g_mutex_init(&stream->lock);
    stream->type = type;
    stream->fill = fill;
    stream->closed = closed;
    stream->data = data;
    return stream;
}

HttpStream *http_stream_ref(HttpStream *stream)
{
    g_atomic_ref_count_inc(&stream->references);
    return stream;
}

void http_stream_unref(HttpStream *stream)
{
    if (!stream || !g_atomic_ref_count_dec(&stream->references))
        return;
    g_mutex_clear(&stream->lock);
    g_free(stream);
}

const char *http_stream_type(const HttpStream *stream)
{
    return stream->type;
}

void http_stream_wake(HttpStream *stream)
{
    g_mutex_lock(&stream->lock);
    stream->woken = true;
    if (stream->suspended && !stream->over) {
        stream->suspended = false;
        MHD_resume_connection(stream->connection);
    }
    g_mutex_unlock(&stream->lock);
}

void http_stream_end(HttpStream *stream)
{
    g_mutex_lock(&stream->lock);
    stream->ending = true;
    g_mutex_unlock(&stream->lock);
    http_stream_wake(stream);
}

/* True: there may be more to fill. False: suspended, to be called again after a wake. */
static bool stream_sleep(HttpStream *stream)
{
    g_mutex_lock(&stream->lock);
    bool again = stream->woken || stream->ending;
    if (!again) {
        stream->suspended = true;
        MHD_suspend_connection(stream->connection);
    }
    g_mutex_unlock(&stream->lock);
    return again;
}

static ssize_t stream_read(void *data, uint64_t position, char *buffer, size_t max)
{
    HttpStream *stream = data;
    for (;;) {
        g_mutex_lock(&stream->lock);
        bool ending = stream->ending;
        stream->woken = false;
        g_mutex_unlock(&stream->lock);
        ssize_t n = ending ? -1 : stream->fill(stream->data, buffer, max);
        if (n > 0)
            return n;
        if (n < 0)
            return MHD_CONTENT_READER_END_OF_STREAM;
        if (!stream_sleep(stream))
            return 0;
    }
}

struct MHD_Response *http_stream_response(HttpStream *stream)
{
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, stream_read, stream,
                                             NULL);
}

void http_stream_begin(HttpStream *stream, struct MHD_Connection *connection)
{
    g_mutex_lock(&stream->lock);
    stream->connection = connection;
    g_mutex_unlock(&stream->lock);
}

void http_stream_close(HttpStream *stream)
{
    g_mutex_lock(&stream->lock);
    bool first = !stream->over;
    stream->over = true;
    stream->connection = NULL;
    stream->suspended = false;
    g_mutex_unlock(&stream->lock);
    if (first)
        stream->closed(stream->data);
    http_stream_unref(stream);
}
