/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line, parsed. One table of options (cli_options) and one of commands (cli/command.h) are all there is to know:
 * parsing, help, the hints in errors and shell completion read them.
 *
 *   leadline [OPTION...]                                the screen
 *   leadline [OPTION...] COMMAND [OPTION... | OPERAND...]
 *
 * Options of everybody (CLI_SHARED) may stand before and after the command; --name VALUE, --name=VALUE, -m VALUE, -mVALUE;
 * what follows -- are operands; the last of two wins.
 */
#pragma once

#include "base/field.h"
#include "base/problem.h"

typedef enum CliOptionId {
    OPTION_DEMO,
    OPTION_LOCAL,
    OPTION_PROFILE,
    OPTION_SERVER,
    OPTION_READ_ONLY,
    OPTION_INSECURE_STORAGE,
    OPTION_CONFIG,
    OPTION_JSON,
    OPTION_PLAIN,
    OPTION_NO_INPUT,
    OPTION_NO_COLOR,
    OPTION_HELP,
    OPTION_VERSION,

    OPTION_BOX,
    OPTION_LIMIT,
    OPTION_SORT,
    OPTION_MAX,
    OPTION_AFTER,
    OPTION_WAITING,
    OPTION_REASON,
    OPTION_MESSAGE,
    OPTION_WORTH,
    OPTION_AMEND,
    OPTION_TO,
    OPTION_INPUT,
    OPTION_ALSO,
    OPTION_FROM_VCARD,
    OPTION_COPY_OF,
    OPTION_RETRY,
    OPTION_DROP,
    OPTION_DROPPED,
    OPTION_TAKE_BACK,
    OPTION_KEEP_MINE,
    OPTION_KEEP_THEIRS,
    OPTION_FIELD,
    OPTION_EDIT,
    OPTION_NOTE,
    OPTION_FROM,
    OPTION_UNTIL,
    OPTION_FORMAT,
    OPTION_GROUP,
    OPTION_TIMEOUT,
    OPTION_TRADE,
    OPTION_STANDING,
    OPTION_REFERENCES,
    OPTION_EMAIL,
    OPTION_DEVICE,
    OPTION_PURGE,
    N_CLI_OPTIONS
} CliOptionId;

typedef struct CliOption {
    const char *name;
    char letter;             /* 0 none */
    const char *argument;    /* N_(): what it takes; NULL: nothing */
    const EnumTable *values; /* the only ones it takes; NULL any */
    const char *effect;      /* N_(): one line */
} CliOption;

extern const CliOption cli_options[N_CLI_OPTIONS];

#define CLI_OPTION(id) (G_GUINT64_CONSTANT(1) << OPTION_##id)
#define CLI_SHARED (CLI_OPTION(BOX) - 1) /* all before the first of a command */

/* An option that fills a field of a command's input: made from its field table, objects in it included. */
typedef struct CliField {
    char *name;
    const Field *field;
    size_t base; /* of the object that the field is in */
} CliField;
/* CliField; free with g_array_unref. Fields that nobody may write, or change once they are there, and those a person does not
 * type have none. */
GArray *cli_fields(const FieldTable *table);
/* Stores what was typed for a field; BAD_INPUT names its option. */
bool cli_field_set(const CliField *row, void *object, const char *text, GError **error);

typedef struct CliCommand CliCommand;

typedef struct CliArgs {
    const CliCommand *command;        /* NULL: the screen */
    const char *value[N_CLI_OPTIONS]; /* NULL not given, "" for one that takes nothing */
    GPtrArray *operands;              /* const char * */
    GArray *fields;                   /* CliField of the command, NULL when it has none */
    const char **field_values;        /* for each of fields, NULL not given */
} CliArgs;

/* argv without the program's name; what args points to is borrowed from it. USAGE says what would be right. With --help or
 * --version nothing can be missing. */
bool cli_args_parse(CliArgs *args, char *const *argv, GError **error);
void cli_args_clear(CliArgs *args);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CliArgs, cli_args_clear)

static inline bool cli_has(const CliArgs *args, CliOptionId id)
{
    return args->value[id] != NULL;
}

/* The word of words (NULL-terminated) that one may have meant by a mistyped one; NULL when none is near. */
const char *cli_nearest(const char *word, const char *const *words);
/* "inbox, sent": codes of a table. Caller frees. */
char *cli_codes(const EnumTable *table);
