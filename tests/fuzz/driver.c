/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * main() of a fuzz target in builds without libFuzzer: a TAP test that feeds it every file of its corpus
 * (tests/fuzz/corpus/NAME/ for fuzz_NAME, or the files and folders given), each cut short at every byte,
 * and each with one byte changed at every place. An input that makes it abort stays in the file
 * that the last line "# running" names.
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

#define PLACES_MAX 400 /* of a long file only so many, evenly spread */

/* From a heap block of exactly this size, so that the sanitiser sees a read beyond it. */
static void feed(const char *bytes, size_t size)
{
    g_autofree uint8_t *copy = g_malloc(size ? size : 1);
    memcpy(copy, bytes, size);
    LLVMFuzzerTestOneInput(copy, size);
}

static void feed_mutations(char *bytes, size_t size)
{
    static const char values[] = { 0x00, 0x0a, 0x1b, 0x20, 0x22, 0x7f, (char)0x80, (char)0xff };
    size_t step = 1 + size / PLACES_MAX;
    for (size_t at = 0; at < size; at += step) {
        const char was = bytes[at];
        feed(bytes, at);
        for (int bit = 0; bit < 8; bit++) {
            bytes[at] = (char)(was ^ (1 << bit));
            feed(bytes, size);
        }
        for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
            bytes[at] = values[i];
            feed(bytes, size);
        }
        bytes[at] = was;
    }
}

static void add_files(GPtrArray *files, const char *path)
{
    const char *name;
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    if (!folder) {
        g_ptr_array_add(files, g_strdup(path));
        return;
    }
    while ((name = g_dir_read_name(folder)))
        g_ptr_array_add(files, g_build_filename(path, name, NULL));
}

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_own_corpus(GPtrArray *files, const char *program)
{
    const char *top = g_getenv("top_srcdir");
    g_autofree char *base = g_path_get_basename(program);
    const char *name = g_str_has_prefix(base, "fuzz_") ? base + strlen("fuzz_") : base;
    g_autofree char *path = g_build_filename(top ? top : ".", "tests/fuzz/corpus", name, NULL);
    add_files(files, path);
}

int main(int argc, char **argv)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    int failed = 0;
    for (int i = 1; i < argc; i++)
        add_files(files, argv[i]);
    if (argc == 1)
        add_own_corpus(files, argv[0]);
    g_ptr_array_sort(files, compare_names);
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("1..%u\n", files->len);
    for (guint i = 0; i < files->len; i++) {
        const char *path = g_ptr_array_index(files, i);
        g_autofree char *name = g_path_get_basename(path);
        g_autofree char *bytes = NULL;
        g_autoptr(GError) error = NULL;
        gsize size = 0;
        printf("# running %s\n", name);
        if (!g_file_get_contents(path, &bytes, &size, &error)) {
            printf("not ok %u - %s: %s\n", i + 1, name, error->message);
            failed = 1;
            continue;
        }
        feed(bytes, size);
        feed_mutations(bytes, size);
        printf("ok %u - %s\n", i + 1, name);
    }
    return failed;
}
