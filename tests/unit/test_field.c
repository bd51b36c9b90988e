/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/field.h"

#include <string.h>

#include "base/clock.h"
#include "base/money.h"
#include "base/problem.h"
#include "base/uuid.h"
#include "unit.h"

/* ---- a type with a field of every kind */

typedef struct Inner {
    char *town;
    bool ticked;
    gint64 count;
} Inner;

typedef struct Thing {
    char *title, *body, *secret;
    char *phone, *email;
    Money price;
    Uuid owner;
    gint64 at;
    int color;
    int sizes;
    bool done;
    gint64 number;
    char **tags;
    Inner inner, extra;
    char *made; /* by the server */
} Thing;

static const EnumValue color_values[] = { { 1, "red", "Red" }, { 3, "blue", "Blue" } };
static const EnumTable colors = ENUM_TABLE("color", color_values);
static const EnumValue size_values[] = { { 1, "small", "Small" }, { 2, "large", "Large" } };
static const EnumTable sizes = ENUM_TABLE("size", size_values);

#define AT(member) offsetof(Inner, member)
static const Field inner_rows[] = {
    { "town", FIELD_TEXT, AT(town), FIELD_REQUIRED, .max = 5 },
    { "ticked", FIELD_BOOL, AT(ticked), FIELD_REQUIRED },
    { "count", FIELD_INT, AT(count) },
};
#undef AT
static const FieldTable inner_fields = FIELD_TABLE("inner", Inner, inner_rows);

#define AT(member) offsetof(Thing, member)
static const Field thing_rows[] = {
    { "title", FIELD_TEXT, AT(title), FIELD_REQUIRED, .min = 2, .max = 10 },
    { "body", FIELD_TEXT, AT(body), FIELD_MULTILINE },
    { "secret", FIELD_TEXT, AT(secret), FIELD_SECRET },
    { "phone", FIELD_PHONE, AT(phone) },
    { "email", FIELD_EMAIL, AT(email) },
    { "price", FIELD_MONEY, AT(price), .min = 100, .max = 1000000 },
    { "owner", FIELD_UUID, AT(owner), FIELD_REQUIRED },
    { "at", FIELD_TIME, AT(at), FIELD_REQUIRED },
    { "color", FIELD_ENUM, AT(color), FIELD_REQUIRED, .values = &colors },
    { "sizes", FIELD_SET, AT(sizes), FIELD_REQUIRED, .values = &sizes },
    { "done", FIELD_BOOL, AT(done) },
    { "number", FIELD_INT, AT(number), .min = -5, .max = 5 },
    { "tags", FIELD_LIST, AT(tags), FIELD_REQUIRED, .max = 3 },
    { "inner", FIELD_OBJECT, AT(inner), FIELD_REQUIRED, .object = &inner_fields },
    { "extra", FIELD_OBJECT, AT(extra), .object = &inner_fields },
    { "made", FIELD_TEXT, AT(made), FIELD_REQUIRED | FIELD_READONLY },
};
#undef AT
static const FieldTable thing_fields = FIELD_TABLE("thing", Thing, thing_rows);

static void thing_init(Thing *thing)
{
    *thing = (Thing){
        .title = g_strdup("Title"),
        .body = g_strdup("one\ntwo"),
        .secret = g_strdup(" pass word "),
        .phone = g_strdup("+44 (117) 496-0000"),
        .email = g_strdup("priya@bright.example"),
        .price = { 350000, "GBP" },
        .owner = { { 1, 2, 3 } },
        .at = G_GINT64_CONSTANT(1795509000000),
        .color = 3,
        .sizes = 1 << 1 | 1 << 2,
        .done = true,
        .number = -5,
        .tags = g_strsplit("a b", " ", -1),
        .inner = { g_strdup("Bath"), false, 0 },
    };
}

static void thing_clear(Thing *thing)
{
    fields_clear(&thing_fields, thing);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Thing, thing_clear)

static const Field *field(const char *name)
{
    const Field *found = field_find(&thing_fields, name);
    assert_non_null(found);
    return found;
}

static void set_text(char **member, const char *text)
{
    g_free(*member);
    *member = g_strdup(text);
}

/* ---- enumerations and values */

static void test_enumerations(void **state)
{
    assert_string_equal(enum_code(&colors, 3), "blue");
    assert_null(enum_code(&colors, 0));
    assert_null(enum_code(&colors, 2));
    assert_string_equal(enum_label(&colors, 1), "Red");
    assert_string_equal(enum_label(&colors, 0), "");
    assert_int_equal(enum_value(&colors, "red"), 1);
    assert_int_equal(enum_value(&colors, "Red"), 0);
    assert_int_equal(enum_value(&colors, NULL), 0);
}

static void test_set_and_unset(void **state)
{
    g_auto(Thing) full = { 0 };
    Thing empty = { 0 };
    thing_init(&full);
    for (size_t i = 0; i < thing_fields.n_fields; i++) {
        const Field *row = &thing_rows[i];
        bool always = row->type == FIELD_BOOL || row->type == FIELD_INT;
        assert_int_equal(field_is_set(row, &empty), always);
        if (strcmp(row->name, "extra") != 0 && strcmp(row->name, "made") != 0)
            assert_true(field_is_set(row, &full));
    }
    empty.extra.ticked = true;
    assert_true(field_is_set(field("extra"), &empty));
    empty.extra.ticked = false;
    empty.extra.count = 1;
    assert_true(field_is_set(field("extra"), &empty));
    assert_null(field_find(&thing_fields, "nothing"));
}

static void test_copy_is_deep_and_equal(void **state)
{
    g_auto(Thing) a = { 0 };
    g_auto(Thing) b = { 0 };
    thing_init(&a);
    fields_copy(&thing_fields, &b, &a);
    assert_true(fields_equal(&thing_fields, &a, &b));
    assert_ptr_not_equal(a.title, b.title);
    assert_ptr_not_equal(a.tags, b.tags);
    assert_ptr_not_equal(a.inner.town, b.inner.town);
}

static void test_clear_zeroes(void **state)
{
    static const Thing zero;
    Thing thing;
    thing_init(&thing);
    fields_clear(&thing_fields, &thing);
    assert_memory_equal(&thing, &zero, sizeof thing);
    fields_clear(&thing_fields, &thing);
}

/* Every field takes part in equality: changed alone it makes a difference. */
static void test_equality_sees_every_field(void **state)
{
    static const struct {
        const char *name, *text;
    } changes[] = {
        { "title", "Other" }, { "body", "" },          { "secret", "x" }, { "phone", "123456" },
        { "email", "" },      { "price", "EUR 3500" }, { "owner", "" },   { "at", "2026-01-01" },
        { "color", "red" },   { "sizes", "small" },    { "done", "no" },  { "number", "1" },
        { "tags", "a" },      { "made", "x" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_auto(Thing) a = { 0 };
        g_auto(Thing) b = { 0 };
        thing_init(&a);
        thing_init(&b);
        assert_true(fields_equal(&thing_fields, &a, &b));
        assert_true(field_from_text(field(changes[i].name), &b, changes[i].text, NULL));
        if (fields_equal(&thing_fields, &a, &b))
            fail_msg("blind to %s", changes[i].name);
    }
    g_auto(Thing) a = { 0 };
    g_auto(Thing) b = { 0 };
    b.inner.ticked = true;
    assert_false(fields_equal(&thing_fields, &a, &b));
}

/* ---- validation */

/* The code of the only error, or "" when there is none. */
static const char *code_at(const Thing *thing, const char *pointer)
{
    static char code[32];
    g_auto(FieldErrors) errors = { 0 };
    field_errors_init(&errors);
    bool valid = fields_validate(&thing_fields, thing, "#", &errors);
    assert_int_equal(valid, !field_errors_any(&errors));
    g_strlcpy(code, "", sizeof code);
    if (valid)
        return code;
    const FieldError *error = field_errors_find(&errors, pointer);
    if (!error || errors.items->len != 1)
        fail_msg("%u errors, first %s", errors.items->len,
                 ((FieldError *)g_ptr_array_index(errors.items, 0))->pointer);
    assert_true(strlen(error->detail) > 0);
    g_strlcpy(code, error->code, sizeof code);
    return code;
}

static void test_a_good_object_passes(void **state)
{
    g_auto(Thing) thing = { 0 };
    thing_init(&thing);
    assert_string_equal(code_at(&thing, ""), "");
}

static void test_required(void **state)
{
    static const char *const names[] = { "title", "owner", "at", "color", "sizes", "tags" };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_auto(Thing) thing = { 0 };
        g_autofree char *pointer = g_strconcat("#/", names[i], NULL);
        thing_init(&thing);
        assert_true(field_from_text(field(names[i]), &thing, "", NULL));
        assert_string_equal(code_at(&thing, pointer), "required");
    }
    g_auto(Thing) thing = { 0 };
    thing_init(&thing);
    set_text(&thing.title, " \xe3\x80\x80 "); /* blanks say nothing */
    assert_string_equal(code_at(&thing, "#/title"), "required");
}

static void test_nested_objects(void **state)
{
    g_auto(Thing) thing = { 0 };
    thing_init(&thing);
    set_text(&thing.inner.town, NULL);
    assert_string_equal(code_at(&thing, "#/inner/town"), "required");
    set_text(&thing.inner.town, "Bristol");
    assert_string_equal(code_at(&thing, "#/inner/town"), "too-long");
    set_text(&thing.inner.town, "Bath");
    thing.extra.ticked = true; /* now it is there, and must be whole */
    assert_string_equal(code_at(&thing, "#/extra/town"), "required");
}

static void test_text_rules(void **state)
{
    static const struct {
        const char *title, *code;
    } rows[] = {
        { "ab", "" },
        { "a", "too-short" },
        { "0123456789", "" },
        { "01234567890", "too-long" },
        { "äöüäöüäöüä", "" }, /* code points, not bytes */
        { "ab\ncd", "text.invalid" },
        { "ab\tcd", "text.invalid" },
        { "ab\x1b[0m", "text.invalid" },
        { "ab\x7f", "text.invalid" },
        { "ab\xc2\x9b", "text.invalid" },
        { "ab\xc2\xa0", "" },
        { "ab\xff", "text.invalid" },
        { "ab\xed\xa0\x80", "text.invalid" },
    };
    g_auto(Thing) thing = { 0 };
    thing_init(&thing);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        set_text(&thing.title, rows[i].title);
        assert_string_equal(code_at(&thing, "#/title"), rows[i].code);
    }
    set_text(&thing.title, "Title");
    set_text(&thing.body, "a\r\n");
    assert_string_equal(code_at(&thing, "#/body"), "text.invalid");
    g_free(thing.body);
    thing.body = g_strnfill(200, 'x');
    assert_string_equal(code_at(&thing, "#/body"), "");
    g_free(thing.body);
    thing.body = g_strnfill(201, 'x');
    assert_string_equal(code_at(&thing, "#/body"), "too-long");
}

static void test_phones(void **state)
{
    static const char *const good[] = { "123456", "+44 (117) 496-0000", "0117.496.0000",
                                        "(+44)117496" };
    static const char *const bad[] = {
        "12345",         "++44117496", "117+496000",
        "0117 496 000x", "phone",      "\xd9\xa1\xd9\xa2\xd9\xa3\xd9\xa4\xd9\xa5\xd9\xa6",
        "123456/7"
    };
    g_auto(Thing) thing = { 0 };
    thing_init(&thing);
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        set_text(&thing.phone, good[i]);
        assert_string_equal(code_at(&thing, "#/phone"), "");
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        set_text(&thing.phone, bad[i]);
        assert_string_equal(code_at(&thing, "#/phone"), "phone.invalid");
    }
    g_free(thing.phone);
    thing.phone = g_strnfill(41, '1');
    assert_string_equal(code_at(&thing, "#/phone"), "too-long");
}

/* What is wrong with an address, in the detail, for each thing that can be. */
static void r46_an_address_says_what_is_wrong_with_it(void **state)
{
    g_autofree char *long_label = g_strnfill(64, 'd');
    g_autofree char *long_local = g_strnfill(65, 'l');
    g_autofree char *a = g_strconcat("a@", long_label, ".example", NULL);
    g_autofree char *b = g_strconcat(long_local, "@b.example", NULL);
    const struct {
        const char *address, *detail;
    } rows[] = {
        { "priya", "has no @" },
        { "@b.example", "has nothing before the @" },
        { b, "has more than 64 characters before the @" },
        { ".a@b.example", "has a dot too many before the @" },
        { "a.@b.example", "has a dot too many before the @" },
        { "a..b@b.example", "has a dot too many before the @" },
        { "a@b@c.example", "has more than one @" },
        { "a b@c.example", "has a character before the @ that addresses have not" },
        { "\xc3\xa4@b.example", "has a character before the @ that addresses have not" },
        { "a@b", "needs a domain with a dot after the @" },
        { "a@", "needs a domain with a dot after the @" },
        { "a@b..example", "has a dot too many after the @" },
        { "a@b.example.", "has a dot too many after the @" },
        { a, "has more than 63 characters between two dots of its domain" },
        { "a@-b.example", "has a hyphen at an end of a part of its domain" },
        { "a@b-.example", "has a hyphen at an end of a part of its domain" },
        { "a@b_c.example", "has a character after the @ that domains have not" },
        { "a@[127.0.0.1]", "has a character after the @ that domains have not" },
        { "a@m\xc3\xbcller.example", "has a domain with letters of its own language" },
        { "a@127.0.0.1", "ends in what is no top-level domain" },
        { "a@b.c", "ends in what is no top-level domain" },
        { "a@b.e-x", "ends in what is no top-level domain" },
        { "a@b.c0m", "ends in what is no top-level domain" },
        { "a@xn--.example", "has a hyphen at an end" },
        { "a@xn--0.example", "has a part xn-- that means nothing" },
        { "a@xn--mller-kva.example", NULL },
        { "a@example.xn--p1ai", NULL },
        { "a@XN--MLLER-KVA.example", NULL },
    };
    g_auto(Thing) thing = { 0 };
    thing_init(&thing);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(FieldErrors) errors;
        field_errors_init(&errors);
        set_text(&thing.email, rows[i].address);
        fields_validate(&thing_fields, &thing, "#", &errors);
        const FieldError *error = field_errors_find(&errors, "#/email");
        if (!rows[i].detail ? error != NULL
                            : !error || !g_str_has_prefix(error->detail, rows[i].detail))
            fail_msg("%s: %s", rows[i].address, error ? error->detail : "taken");
    }
}

static void test_emails(void **state)
{
    static const char *const good[] = { "a@b.example", "a.b+c@d-e.example", "o'neil@x.y.example",
                                        "!#$%&'*+-/=?^_`{|}~@example.org", "A@1.2.org" };
    static const char *const bad[] = { "a",
                                       "@b.example",
                                       "a@",
                                       "a@b",
                                       "a@b.",
                                       "a@.b.c",
                                       "a@b..c",
                                       ".a@b.example",
                                       "a.@b.example",
                                       "a..b@c.example",
                                       "a b@c.example",
                                       "a@b c.example",
                                       "a@-b.example",
                                       "a@b-.example",
                                       "a@b.1",
                                       "a@[127.0.0.1]",
                                       "\"a\"@b.example",
                                       "a@b@c.example",
                                       "a,b@c.example",
                                       "a@b.example>",
                                       "<a@b.example",
                                       "\xc3\xa4@b.example",
                                       "a@\xc3\xa4.example" };
    g_auto(Thing) thing = { 0 };
    thing_init(&thing);
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        set_text(&thing.email, good[i]);
        assert_string_equal(code_at(&thing, "#/email"), "");
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        set_text(&thing.email, bad[i]);
        if (strcmp(code_at(&thing, "#/email"), "email.invalid") != 0)
            fail_msg("accepted %s", bad[i]);
    }
    g_autofree char *local = g_strnfill(64, 'l'), *label = g_strnfill(63, 'd');
    g_free(thing.email);
    thing.email = g_strconcat(local, "@", label, ".example", NULL);
    assert_string_equal(code_at(&thing, "#/email"), "");
    g_free(thing.email);
    thing.email = g_strconcat("l", local, "@example.org", NULL);
    assert_string_equal(code_at(&thing, "#/email"), "email.invalid");
    g_free(thing.email);
    thing.email = g_strconcat("l@d", label, ".example", NULL);
    assert_string_equal(code_at(&thing, "#/email"), "email.invalid");
}

static void test_numbers_and_choices(void **state)
{
    g_auto(Thing) thing = { 0 };
    thing_init(&thing);
    thing.number = 5;
    assert_string_equal(code_at(&thing, "#/number"), "");
    thing.number = 6;
    assert_string_equal(code_at(&thing, "#/number"), "out-of-range");
    thing.number = -6;
    assert_string_equal(code_at(&thing, "#/number"), "out-of-range");
    thing.number = 0;
    thing.price.amount = 99;
    assert_string_equal(code_at(&thing, "#/price"), "out-of-range");
    thing.price = (Money){ 100, "XTS" };
    assert_string_equal(code_at(&thing, "#/price"), "not-one-of");
    thing.price = (Money){ G_MAXINT64, "GBP" };
    assert_string_equal(code_at(&thing, "#/price"), "out-of-range");
    thing.price = (Money){ 0 };
    thing.color = 2;
    assert_string_equal(code_at(&thing, "#/color"), "not-one-of");
    thing.color = 1;
    thing.sizes = 1 << 1 | 1 << 3;
    assert_string_equal(code_at(&thing, "#/sizes"), "not-one-of");
    thing.sizes = 1 << 2;
    thing.at = -1;
    assert_string_equal(code_at(&thing, "#/at"), "out-of-range");
}

static void test_lists(void **state)
{
    static const struct {
        const char *joined, *pointer, *code;
    } rows[] = {
        { "a;b;c", "", "" },
        { "a;b;c;d", "#/tags", "too-long" },
        { "a;;c", "#/tags/1", "required" },
        { "a;b\nc", "#/tags/1", "text.invalid" },
    };
    g_auto(Thing) thing = { 0 };
    thing_init(&thing);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_strfreev(thing.tags);
        thing.tags = g_strsplit(rows[i].joined, ";", -1);
        assert_string_equal(code_at(&thing, rows[i].pointer), rows[i].code);
    }
}

static void test_all_errors_come_in_field_order(void **state)
{
    static const char *const pointers[] = { "#/in/title",     "#/in/owner", "#/in/at",
                                            "#/in/color",     "#/in/sizes", "#/in/tags",
                                            "#/in/inner/town" };
    const Thing empty = { 0 };
    g_auto(FieldErrors) errors = { 0 };
    field_errors_init(&errors);
    assert_false(fields_validate(&thing_fields, &empty, "#/in", &errors));
    assert_int_equal(errors.items->len, G_N_ELEMENTS(pointers));
    for (size_t i = 0; i < G_N_ELEMENTS(pointers); i++) {
        const FieldError *error = g_ptr_array_index(errors.items, i);
        assert_string_equal(error->pointer, pointers[i]);
        assert_string_equal(error->code, "required");
    }
    assert_null(field_errors_find(&errors, "#/in/made"));
}

/* ---- text */

static void test_text_round_trip(void **state)
{
    g_auto(Thing) thing = { 0 };
    g_auto(Thing) back = { 0 };
    thing_init(&thing);
    thing.price = (Money){ 2000, "EUR" };
    for (size_t i = 0; i < thing_fields.n_fields; i++) {
        const Field *row = &thing_rows[i];
        if (row->type == FIELD_OBJECT)
            continue;
        g_autofree char *text = field_to_text(row, &thing);
        assert_true(field_from_text(row, &back, text, NULL));
    }
    back.inner.town = g_strdup(thing.inner.town);
    assert_true(fields_equal(&thing_fields, &thing, &back));
}

static void test_how_values_read(void **state)
{
    static const struct {
        const char *name, *text;
    } rows[] = {
        { "title", "Title" },
        { "price", "3500.00" },
        { "at", "2026-11-24T08:30:00.000Z" },
        { "color", "blue" },
        { "sizes", "small, large" },
        { "done", "yes" },
        { "number", "-5" },
        { "tags", "a, b" },
        { "inner", "" },
        { "owner", "01020300-0000-0000-0000-000000000000" },
        { "made", "" },
    };
    g_auto(Thing) thing = { 0 };
    thing_init(&thing);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = field_to_text(field(rows[i].name), &thing);
        assert_string_equal(text, rows[i].text);
    }
}

static void test_typed_text(void **state)
{
    g_auto(Thing) thing = { 0 };
    assert_true(field_from_text(field("title"), &thing, "  hello ", NULL));
    assert_string_equal(thing.title, "hello");
    assert_true(field_from_text(field("title"), &thing, "   ", NULL));
    assert_null(thing.title);
    assert_true(field_from_text(field("secret"), &thing, " a ", NULL));
    assert_string_equal(thing.secret, " a ");
    assert_true(field_from_text(field("price"), &thing, "3,500", NULL));
    assert_int_equal(thing.price.amount, 350000);
    assert_string_equal(thing.price.currency, DEFAULT_CURRENCY);
    assert_true(field_from_text(field("price"), &thing, "JPY 20", NULL));
    assert_true(field_from_text(field("price"), &thing, "30", NULL));
    assert_int_equal(thing.price.amount, 30);
    assert_string_equal(thing.price.currency, "JPY");
    assert_true(field_from_text(field("price"), &thing, "", NULL));
    assert_false(money_is_set(&thing.price));
    assert_true(field_from_text(field("at"), &thing, "2026-11-24", NULL));
    assert_int_equal(thing.at % MS_PER_DAY, 0);
    assert_true(field_from_text(field("done"), &thing, "Y", NULL));
    assert_true(thing.done);
    assert_true(field_from_text(field("done"), &thing, "", NULL));
    assert_false(thing.done);
    assert_true(field_from_text(field("sizes"), &thing, "large,small,", NULL));
    assert_int_equal(thing.sizes, 1 << 1 | 1 << 2);
    assert_true(field_from_text(field("tags"), &thing, " , ", NULL));
    assert_null(thing.tags);
}

static void test_bad_text_changes_nothing(void **state)
{
    static const struct {
        const char *name, *text;
    } rows[] = {
        { "title", "\xff" },        { "price", "much" },
        { "owner", "me" },          { "at", "soon" },
        { "at", "2026-02-30" },     { "color", "green" },
        { "sizes", "small, huge" }, { "done", "maybe" },
        { "number", "1.5" },        { "number", "99999999999999999999" },
        { "tags", "a,\xff" },       { "inner", "x" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Thing) thing = { 0 };
        g_auto(Thing) same = { 0 };
        g_autoptr(GError) error = NULL;
        thing_init(&thing);
        thing_init(&same);
        if (field_from_text(field(rows[i].name), &thing, rows[i].text, &error))
            fail_msg("%s accepted %s", rows[i].name, rows[i].text);
        assert_true(problem_is(error, PROBLEM_BAD_INPUT));
        assert_true(fields_equal(&thing_fields, &thing, &same));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enumerations),
        cmocka_unit_test(test_set_and_unset),
        cmocka_unit_test(test_copy_is_deep_and_equal),
        cmocka_unit_test(test_clear_zeroes),
        cmocka_unit_test(test_equality_sees_every_field),
        cmocka_unit_test(test_a_good_object_passes),
        cmocka_unit_test(test_required),
        cmocka_unit_test(test_nested_objects),
        cmocka_unit_test(test_text_rules),
        cmocka_unit_test(test_phones),
        cmocka_unit_test(r46_an_address_says_what_is_wrong_with_it),
        cmocka_unit_test(test_emails),
        cmocka_unit_test(test_numbers_and_choices),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_all_errors_come_in_field_order),
        cmocka_unit_test(test_text_round_trip),
        cmocka_unit_test(test_how_values_read),
        cmocka_unit_test(test_typed_text),
        cmocka_unit_test(test_bad_text_changes_nothing),
    };
    return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
