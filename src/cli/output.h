/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Standard output of a command, in one of three forms: for people at a terminal (columns cut to its width, colours), plain
 * for pipes (tabs between, nothing cut; stable, scripts read it), JSON (the API's objects). It is buffered, and an error of
 * writing is kept until cli_out_end().
 */
#pragma once

#include "cli/args.h"

typedef enum CliMode {
    MODE_PEOPLE = 1 << 0,
    MODE_PLAIN = 1 << 1,
    MODE_JSON = 1 << 2,
} CliMode;

typedef struct CliOutput {
    CliMode mode;
    bool colour;
    int width; /* cells, MODE_PEOPLE */
    GString *text;
    int failure; /* errno of the first write that failed */
} CliOutput;

void cli_out_begin(CliOutput *out, const CliArgs *args);
/* Writes what is left. IO when anything could not be written; *gone: nobody reads it any more (the reader of a pipe closed
 * it), which is no error. */
bool cli_out_end(CliOutput *out, bool *gone, GError **error);

/* Clean text, or JSON. */
void cli_put(CliOutput *out, const char *text);
void cli_put_format(CliOutput *out, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The buffer, for writers that append to a GString; call cli_flush_some() now and then. */
GString *cli_buffer(CliOutput *out);
void cli_flush_some(CliOutput *out);
void cli_flush(CliOutput *out); /* all of it, now */
/* Nothing more can be written: a long loop may end. */
bool cli_out_failed(const CliOutput *out);

/* ---- one line a row */

#define COLUMN_ANY (MODE_PEOPLE | MODE_PLAIN)

typedef struct CliColumn {
    const char *title; /* N_(), people */
    unsigned modes;    /* where it is shown */
    int weight;        /* share of the width that is too little; 0: never cut */
    /* The cell, clean and without line ends. Caller frees. */
    char *(*text)(const void *row, CliMode mode);
    const char *(*colour)(const void *row); /* SGR codes, NULL none; may be NULL */
} CliColumn;

typedef struct CliTable CliTable;

/* Prints at once when plain; for people after the first rows, whose widths count. */
CliTable *cli_table_new(CliOutput *out, const CliColumn *columns, size_t n);
void cli_table_row(CliTable *table, const void *row);
/* Prints what is left and frees. */
void cli_table_end(CliTable *table);

/* ---- an object: label and value in lines (people), dotted name and value (plain), or JSON */

void cli_put_object(CliOutput *out, const FieldTable *table, const void *object);
/* A line of it more. label and value are clean; nothing when value is NULL or "". */
void cli_put_pair(CliOutput *out, const char *label, const char *value);
/* The name of a heading, for people only. */
void cli_put_heading(CliOutput *out, const char *text);

/* "24 Nov 09:14", "2024-11-24", local; with the year and the time when roomy. Caller frees. */
char *cli_when(gint64 ms, bool roomy);
