/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Field tables: every model type has one table of its fields, and five small engines read it:
 *
 *   JSON decode and encode  src/wire/json.h        validation    field_validate() below
 *   SQL bind and read       src/db/row.h           form layout   ui/form.h
 *   OpenAPI schema          src/wire/openapi.h
 *
 * Adding a field to the product is one line in a table and one migration. Unset is NULL for text and
 * lists, all-zero for UUID, 0 for time, enum and set, an empty currency for money; int and bool
 * have no unset. An unset field is NULL in SQL and absent in JSON.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

/* Each with its C type, its JSON and its SQL. */
typedef enum FieldType {
    FIELD_TEXT,   /* char *; string; TEXT */
    FIELD_PHONE,  /* char *, as typed; string; TEXT */
    FIELD_EMAIL,  /* char *; string; TEXT */
    FIELD_MONEY,  /* Money; {amount, currency}; NAME_amount BIGINT, NAME_currency TEXT */
    FIELD_UUID,   /* Uuid; string; UUID */
    FIELD_TIME,   /* gint64 UTC ms; RFC 3339; BIGINT */
    FIELD_ENUM,   /* int, 0 unset; its code; BIGINT */
    FIELD_SET,    /* int, 1 << value; array of codes; BIGINT */
    FIELD_BOOL,   /* bool; true, false; BIGINT 0, 1 */
    FIELD_INT,    /* gint64; number; BIGINT */
    FIELD_LIST,   /* char ** (GStrv); array of strings; TEXT, one a line */
    FIELD_OBJECT, /* embedded struct; object; its columns, prefixed */
} FieldType;

typedef enum FieldFlags {
    FIELD_REQUIRED = 1 << 0, /* input without it is refused */
    FIELD_READONLY = 1 << 1, /* made by the server: refused in input, shown in output */
    FIELD_PERSONAL = 1 << 2, /* about a person: never in a log, erased on request */
    FIELD_SECRET = 1 << 3,   /* password or token: never in output, log or form echo */
    FIELD_MULTILINE = 1 << 4,
    FIELD_CREATE_ONLY = 1 << 5, /* may be given when the object is made, not changed later */
    FIELD_NO_SQL = 1 << 6,      /* has no column */
} FieldFlags;

/* One value of an enumeration. Values start at 1 (0 = unset) and are stored: never renumber. */
typedef struct EnumValue {
    int value;
    const char *code;  /* on the wire and the command line */
    const char *label; /* N_() */
} EnumValue;

typedef struct EnumTable {
    const char *name;
    const EnumValue *values;
    size_t n_values;
} EnumTable;

#define ENUM_TABLE(table_name, array)                                                              \
    {                                                                                              \
        .name = (table_name), .values = (array), .n_values = G_N_ELEMENTS(array)                   \
    }

const char *enum_code(const EnumTable *table, int value);  /* NULL when unset or unknown */
const char *enum_label(const EnumTable *table, int value); /* translated; "" when unset */
int enum_value(const EnumTable *table, const char *code);  /* 0 when there is none */

typedef struct FieldTable FieldTable;

typedef struct Field {
    const char *name; /* JSON member, SQL column */
    FieldType type;
    size_t offset;
    unsigned flags;
    /* text: code points (max 0 = 200); list: items; int, money: value (0,0 = any) */
    gint64 min, max;
    const char *label;        /* N_(); NULL for what no person sees */
    const EnumTable *values;  /* ENUM, SET */
    const FieldTable *object; /* OBJECT */
    /* SQL column when it is not name; for OBJECT the prefix ("" for none), default "NAME_" */
    const char *column;
} Field;

struct FieldTable {
    const char *name; /* the type's name on the wire: "referral" */
    size_t size;      /* sizeof the struct */
    const Field *fields;
    size_t n_fields;
};

#define FIELD_TABLE(table_name, Type, array)                                                       \
    {                                                                                              \
        .name = (table_name), .size = sizeof(Type), .fields = (array),                             \
        .n_fields = G_N_ELEMENTS(array)                                                            \
    }

const Field *field_find(const FieldTable *table, const char *name);
/* "contact/phone_1": the field of an object in it, as one of the outermost one, with that name. False: there is none. */
bool field_find_path(const FieldTable *table, const char *path, Field *out);

static inline void *field_at(const Field *field, const void *object)
{
    return (char *)object + field->offset;
}

/* Int and bool always are; an object is when one of its fields is, or is true or not 0. */
bool field_is_set(const Field *field, const void *object);

bool fields_have_secret(const FieldTable *table);

/* Frees what the object owns and zeroes it, overwriting SECRET texts; the object itself stays. */
void fields_clear(const FieldTable *table, void *object);
/* deep; to is overwritten, not freed */
void fields_copy(const FieldTable *table, void *to, const void *from);
bool fields_equal(const FieldTable *table, const void *a, const void *b);
/* The same for one field of two objects; the copy takes the place of what `to` has. */
bool field_equal(const Field *field, const void *a, const void *b);
void field_copy(const Field *field, void *to, const void *from);

/*
 * What is wrong with an input, field by field. `pointer` is an RFC 6901 fragment ("#/contact/phone_1"),
 * `code` a stable slug ("required", "too-long", "phone.invalid"), `detail` English with the cure.
 */
typedef struct FieldError {
    char *pointer;
    char *code;
    char *detail;
} FieldError;

typedef struct FieldErrors {
    GPtrArray *items; /* FieldError *, in field order */
} FieldErrors;

void field_errors_init(FieldErrors *errors);
void field_errors_clear(FieldErrors *errors);
void field_errors_add(FieldErrors *errors, const char *pointer, const char *code,
                      const char *format, ...) G_GNUC_PRINTF(4, 5);
bool field_errors_any(const FieldErrors *errors);
/* The error of this pointer, or NULL. */
const FieldError *field_errors_find(const FieldErrors *errors, const char *pointer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(FieldErrors, field_errors_clear)

/*
 * Checks required, lengths, ranges, shape of phones (digits, at least 6, optional +, blanks - ( ) .) and e-mail
 * addresses (the subset of RFC 5321 §4.1.2 without quoted local parts and address literals, a dot in the domain, 254
 * bytes), valid UTF-8, no control characters but \n in MULTILINE text. Rules between fields belong to the model.
 * `pointer` is the prefix ("#" at the top). Returns true when nothing was added.
 *
 * The object is an input: fields_validate() passes over READONLY fields. The fields of an object in it are checked
 * when it is REQUIRED or set. Codes: required, too-short, too-long, out-of-range, not-one-of, phone.invalid,
 * email.invalid, text.invalid. At most one error for each field.
 */
bool fields_validate(const FieldTable *table, const void *object, const char *pointer,
                     FieldErrors *errors);
bool field_validate(const Field *field, const void *object, const char *pointer,
                    FieldErrors *errors);

/*
 * A value as a person types and reads it (form fields, `--plain`): "" when unset. Enumerations by code, sets and lists
 * with ", " between, bool yes or no, money without its currency when that is DEFAULT_CURRENCY ("3500.00", "20.00 EUR").
 * Caller frees.
 */
char *field_to_text(const Field *field, const void *object);
/*
 * The reverse; trims (but not a SECRET). Blank text unsets. A time may be a day alone; money without a currency keeps
 * that of the object, else it is DEFAULT_CURRENCY. False and *error (BAD_INPUT) when the text is not of the field's
 * type; object unchanged. Lengths and shapes are for field_validate().
 */
bool field_from_text(const Field *field, void *object, const char *text, GError **error);
