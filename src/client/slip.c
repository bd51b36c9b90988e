/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client/slip.h"

#include <string.h>

#include "base/text.h"

#define GROUP "lead"
#define FIELDS "fields"

static const char *const all_paths[] = {
    "type",
    SLIP_LEAD_PATHS,
    "known_and_spoken",
    "permission/given",
    "permission/method",
    "permission/at",
    "permission/channels",
    "permission/wording",
};

const char *const *slip_paths(void)
{
    static const char *known[G_N_ELEMENTS(all_paths) + 1];
    size_t n = 0;
    Field field;
    if (known[0])
        return known;
    for (size_t i = 0; i < G_N_ELEMENTS(all_paths); i++)
        if (field_find_path(&new_referral_fields, all_paths[i], &field))
            known[n++] = all_paths[i];
    return known;
}

/* ---- what is in it */

static void to_clear(SlipTo *to)
{
    g_free(to->name);
    g_free(to->email);
    *to = (SlipTo){ 0 };
}

Slip *slip_new(void)
{
    Slip *slip = g_new0(Slip, 1);
    slip->id = uuid_new();
    slip->texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    slip_set(slip, "type", enum_code(&referral_types, REFERRAL_JOB));
    return slip;
}

Slip *slip_copy(const Slip *slip)
{
    Slip *copy = slip_new();
    GHashTableIter iter;
    gpointer path, text;
    copy->id = slip->id;
    copy->saved_at = slip->saved_at;
    copy->open = slip->open;
    copy->copy_of = slip->copy_of;
    for (int i = 0; i < SLIP_RECIPIENTS; i++)
        slip_set_to(copy, i, &slip->to[i].account, slip->to[i].name, slip->to[i].email);
    g_hash_table_remove_all(copy->texts);
    g_hash_table_iter_init(&iter, slip->texts);
    while (g_hash_table_iter_next(&iter, &path, &text))
        slip_set(copy, path, text);
    return copy;
}

void slip_free(Slip *slip)
{
    if (!slip)
        return;
    for (int i = 0; i < SLIP_RECIPIENTS; i++)
        to_clear(&slip->to[i]);
    g_hash_table_unref(slip->texts);
    g_free(slip);
}

const char *slip_get(const Slip *slip, const char *path)
{
    const char *text = g_hash_table_lookup(slip->texts, path);
    return text ? text : "";
}

void slip_set(Slip *slip, const char *path, const char *text)
{
    if (text && *text)
        g_hash_table_replace(slip->texts, g_strdup(path), g_strdup(text));
    else
        g_hash_table_remove(slip->texts, path);
}

void slip_set_to(Slip *slip, int i, const Uuid *account, const char *name, const char *email)
{
    char *own_name = g_strdup(name), *own_email = g_strdup(email);
    to_clear(&slip->to[i]);
    slip->to[i] = (SlipTo){ .name = own_name, .email = own_email };
    if (account)
        slip->to[i].account = *account;
}

bool slip_has_to(const Slip *slip, int i)
{
    return !uuid_is_nil(&slip->to[i].account) || (slip->to[i].email && *slip->to[i].email);
}

static void take_object(Slip *slip, const NewReferral *input, const char *prefix)
{
    for (const char *const *path = slip_paths(); *path; path++) {
        Field field;
        if (!g_str_has_prefix(*path, prefix) ||
            !field_find_path(&new_referral_fields, *path, &field))
            continue;
        bool no = field.type == FIELD_BOOL && !*(const bool *)field_at(&field, input);
        g_autofree char *text = field_to_text(&field, input);
        slip_set(slip, *path, no ? NULL : text);
    }
}

void slip_take_referral(Slip *slip, const Referral *referral)
{
    const Lead *lead = &referral->lead;
    NewReferral input = { /* borrowed */
                          .type = referral->type,
                          .contact = lead->contact,
                          .need = lead->need,
                          .comments = lead->comments,
                          .known_and_spoken = lead->known_and_spoken,
                          .permission = lead->permission,
                          .value = lead->value
    };
    take_object(slip, &input, "");
    slip->copy_of = uuid_is_nil(&referral->copy_of) ? referral->id : referral->copy_of;
}

void slip_take_contact(Slip *slip, const Contact *contact)
{
    NewReferral input = { .contact = *contact }; /* borrowed */
    take_object(slip, &input, "contact/");
}

bool slip_is_empty(const Slip *slip)
{
    guint n = g_hash_table_size(slip->texts);
    bool only_kind = n == 0 || (n == 1 && *slip_get(slip, "type"));
    return only_kind && !slip_has_to(slip, 0) && !slip_has_to(slip, 1);
}

/* ---- as text */

static char *key_of(int i, const char *name)
{
    return g_strdup_printf("to%d_%s", i + 1, name);
}

static void print_to(GKeyFile *file, const SlipTo *to, int i)
{
    char id[UUID_TEXT_SIZE];
    g_autofree char *account = key_of(i, "account");
    g_autofree char *name = key_of(i, "name");
    g_autofree char *email = key_of(i, "email");
    if (!uuid_is_nil(&to->account))
        g_key_file_set_string(file, GROUP, account, uuid_format(&to->account, id));
    if (to->name)
        g_key_file_set_string(file, GROUP, name, to->name);
    if (to->email)
        g_key_file_set_string(file, GROUP, email, to->email);
}

char *slip_print(const Slip *slip)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    char id[UUID_TEXT_SIZE];
    g_key_file_set_string(file, GROUP, "id", uuid_format(&slip->id, id));
    g_key_file_set_int64(file, GROUP, "saved_at", slip->saved_at);
    g_key_file_set_boolean(file, GROUP, "open", slip->open);
    if (!uuid_is_nil(&slip->copy_of))
        g_key_file_set_string(file, GROUP, "copy_of", uuid_format(&slip->copy_of, id));
    for (int i = 0; i < SLIP_RECIPIENTS; i++)
        print_to(file, &slip->to[i], i);
    for (const char *const *path = slip_paths(); *path; path++)
        if (*slip_get(slip, *path))
            g_key_file_set_string(file, FIELDS, *path, slip_get(slip, *path));
    return g_key_file_to_data(file, NULL, NULL);
}

static void parse_uuid(GKeyFile *file, const char *key, Uuid *out)
{
    g_autofree char *text = g_key_file_get_string(file, GROUP, key, NULL);
    *out = (Uuid){ 0 };
    if (text)
        uuid_parse(text, out);
}

static void parse_to(GKeyFile *file, Slip *slip, int i)
{
    g_autofree char *account = key_of(i, "account");
    g_autofree char *name = key_of(i, "name");
    g_autofree char *email = key_of(i, "email");
    Uuid id;
    parse_uuid(file, account, &id);
    g_autofree char *name_text = g_key_file_get_string(file, GROUP, name, NULL);
    g_autofree char *email_text = g_key_file_get_string(file, GROUP, email, NULL);
    slip_set_to(slip, i, &id, name_text, email_text);
}

Slip *slip_parse(const char *text)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autoptr(Slip) slip = slip_new();
    if (!text || !g_key_file_load_from_data(file, text, strlen(text), G_KEY_FILE_NONE, NULL))
        return NULL;
    parse_uuid(file, "id", &slip->id);
    if (uuid_is_nil(&slip->id))
        return NULL;
    parse_uuid(file, "copy_of", &slip->copy_of);
    slip->saved_at = g_key_file_get_int64(file, GROUP, "saved_at", NULL);
    slip->open = g_key_file_get_boolean(file, GROUP, "open", NULL);
    for (int i = 0; i < SLIP_RECIPIENTS; i++)
        parse_to(file, slip, i);
    for (const char *const *path = slip_paths(); *path; path++) {
        g_autofree char *value = g_key_file_get_string(file, FIELDS, *path, NULL);
        slip_set(slip, *path, value);
    }
    return g_steal_pointer(&slip);
}

char *slip_key(const Slip *slip)
{
    char id[UUID_TEXT_SIZE];
    return g_strconcat(SLIP_DRAFT, uuid_format(&slip->id, id), NULL);
}

char *slip_title(const Slip *slip)
{
    NewReferral input;
    slip_input(slip, 0, &input, NULL);
    g_autofree char *name = contact_display_name(&input.contact);
    char *title = g_strdup(*name ? name : input.need ? input.need : "");
    fields_clear(&new_referral_fields, &input);
    return title;
}

/* ---- as it would be sent */

static void take_text(const Slip *slip, const char *path, NewReferral *input, FieldErrors *errors)
{
    Field field;
    g_autoptr(GError) error = NULL;
    if (field_find_path(&new_referral_fields, path, &field) &&
        !field_from_text(&field, input, slip_get(slip, path), &error) && errors) {
        g_autofree char *pointer = g_strconcat("#/", path, NULL);
        field_errors_add(errors, pointer, "bad", "%s", error->message);
    }
}

/* The first word on each place counts: what cannot be read is not also missing. */
static void add_others(FieldErrors *errors, const FieldErrors *more)
{
    for (guint i = 0; i < more->items->len; i++) {
        const FieldError *one = more->items->pdata[i];
        if (!field_errors_find(errors, one->pointer))
            field_errors_add(errors, one->pointer, one->code, "%s", one->detail);
    }
}

bool slip_input(const Slip *slip, int i, NewReferral *input, FieldErrors *errors)
{
    *input = (NewReferral){ .copy_of = slip->copy_of };
    g_auto(FieldErrors) own, rules;
    field_errors_init(&own);
    field_errors_init(&rules);
    for (const char *const *path = slip_paths(); *path; path++)
        take_text(slip, *path, input, &own);
    input->to.account = slip->to[i].account;
    if (uuid_is_nil(&slip->to[i].account) && slip_has_to(slip, i))
        input->to.outside = (Outside){ g_strdup(slip->to[i].name), g_strdup(slip->to[i].email) };
    fields_validate(&new_referral_fields, input, "#", &rules);
    new_referral_validate(input, &rules);
    add_others(&own, &rules);
    if (errors)
        add_others(errors, &own);
    return !field_errors_any(&own);
}

/* ---- how much of it is there */

static bool any(const Slip *slip, const char *const *paths)
{
    for (; *paths; paths++)
        if (*slip_get(slip, *paths))
            return true;
    return false;
}

static bool is_yes(const Slip *slip, const char *path)
{
    return strcmp(slip_get(slip, path), "yes") == 0;
}

bool slip_has(const Slip *slip, SlipPart part)
{
    static const char *const names[] = { "contact/first_name", "contact/last_name",
                                         "contact/company_name", NULL };
    static const char *const reach[] = { "contact/phone_1", "contact/phone_2", "contact/email",
                                         NULL };
    switch (part) {
    case SLIP_TO:
        return slip_has_to(slip, 0);
    case SLIP_KIND:
        return *slip_get(slip, "type");
    case SLIP_NAME:
        return any(slip, names);
    case SLIP_REACH:
        return any(slip, reach);
    case SLIP_NEED:
        return *slip_get(slip, "need");
    case SLIP_KNOWN:
        return is_yes(slip, "known_and_spoken");
    case SLIP_PERMISSION:
        return is_yes(slip, "permission/given");
    case SLIP_HOW:
        return *slip_get(slip, "permission/method");
    case SLIP_PARTS:
        break;
    }
    g_assert_not_reached();
}

bool slip_needs(SlipPart part)
{
    return part == SLIP_TO || part == SLIP_KIND || part == SLIP_REACH || part == SLIP_NEED ||
           part == SLIP_PERMISSION;
}
