/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/mail_read.h"

#include <gmime/gmime.h>

#include <config.h>

#include "base/problem.h"
#include "server/library.h"

#define PARTS_MAX 100

#define GMIME_SYMBOLS(X)                                                                           \
    X(g_mime_init)                                                                                 \
    X(g_mime_stream_mem_new_with_buffer)                                                           \
    X(g_mime_stream_mem_new)                                                                       \
    X(g_mime_stream_mem_get_byte_array)                                                            \
    X(g_mime_parser_new_with_stream)                                                               \
    X(g_mime_parser_construct_message)                                                             \
    X(g_mime_part_iter_new)                                                                        \
    X(g_mime_part_iter_free)                                                                       \
    X(g_mime_part_iter_is_valid)                                                                   \
    X(g_mime_part_iter_next)                                                                       \
    X(g_mime_part_iter_get_current)                                                                \
    X(g_mime_part_get_type)                                                                        \
    X(g_mime_part_get_content)                                                                     \
    X(g_mime_object_get_content_type)                                                              \
    X(g_mime_content_type_is_type)                                                                 \
    X(g_mime_data_wrapper_write_to_stream)                                                         \
    X(g_type_check_instance_is_a)                                                                  \
    X(g_object_unref)

static struct {
#define X(name) __typeof__(name) *name;
    GMIME_SYMBOLS(X)
#undef X
} gmime;

static bool load(GError **error)
{
    static const char *const names[] = {
#define X(name) #name,
        GMIME_SYMBOLS(X)
#undef X
            NULL,
    };
    static GMutex lock;
    static bool loaded; /* under lock */
    g_mutex_lock(&lock);
    if (!loaded && library_load(GMIME_SONAME, names, (gpointer *)&gmime, error)) {
        gmime.g_mime_init();
        loaded = true;
    }
    bool ok = loaded;
    g_mutex_unlock(&lock);
    return ok;
}

static bool is_calendar(GMimeObject *part)
{
    GMimeContentType *type = gmime.g_mime_object_get_content_type(part);
    return type && gmime.g_mime_content_type_is_type(type, "text", "calendar") &&
           gmime.g_type_check_instance_is_a((GTypeInstance *)part, gmime.g_mime_part_get_type());
}

static char *content_of(GMimePart *part)
{
    GMimeDataWrapper *content = gmime.g_mime_part_get_content(part);
    if (!content)
        return NULL;
    GMimeStream *stream = gmime.g_mime_stream_mem_new();
    gmime.g_mime_data_wrapper_write_to_stream(content, stream);
    GByteArray *bytes = gmime.g_mime_stream_mem_get_byte_array((GMimeStreamMem *)stream);
    char *text = g_strndup((const char *)bytes->data, bytes->len);
    gmime.g_object_unref(stream);
    return text;
}

static char *find_calendar(GMimeMessage *message)
{
    char *found = NULL;
    GMimePartIter *parts = gmime.g_mime_part_iter_new((GMimeObject *)message);
    bool more = gmime.g_mime_part_iter_is_valid(parts);
    for (int n = 0; more && !found && n < PARTS_MAX; n++) {
        GMimeObject *part = gmime.g_mime_part_iter_get_current(parts);
        if (part && is_calendar(part))
            found = content_of((GMimePart *)part);
        more = gmime.g_mime_part_iter_next(parts);
    }
    gmime.g_mime_part_iter_free(parts);
    return found;
}

char *mail_read_calendar(const char *message, size_t length, GError **error)
{
    if (length > MAIL_READ_MAX) {
        problem_set(error, PROBLEM_BAD_INPUT, "the mail is too long");
        return NULL;
    }
    if (!load(error))
        return NULL;
    GMimeStream *stream = gmime.g_mime_stream_mem_new_with_buffer(message, length);
    GMimeParser *parser = gmime.g_mime_parser_new_with_stream(stream);
    GMimeMessage *read = gmime.g_mime_parser_construct_message(parser, NULL);
    gmime.g_object_unref(parser);
    gmime.g_object_unref(stream);
    if (!read) {
        problem_set(error, PROBLEM_BAD_INPUT, "that is no mail");
        return NULL;
    }
    char *found = find_calendar(read);
    gmime.g_object_unref(read);
    return found;
}
