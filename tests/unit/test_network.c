/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Business types, profiles and invitations. */
#include <glib/gstdio.h>
#include <libintl.h>
#include <locale.h>
#include <string.h>

#include "base/problem.h"
#include "model/business_type.h"
#include "model/invitation.h"
#include "unit.h"

#define NOW G_GINT64_CONSTANT(1772355600000)

/* ---- business types */

static void test_the_tree_is_sound(void **state)
{
    size_t n, leaves = 0;
    const BusinessType *types = business_types(&n);
    g_autoptr(GHashTable) words = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t i = 0; i < n; i++) {
        const BusinessType *type = &types[i];
        leaves += type->leaf;
        assert_int_equal(type->depth, type->parent ? type->parent->depth + 1 : 0);
        assert_true(!type->parent || (type->parent < type && !type->parent->leaf));
        for (const char *c = type->code; *c; c++)
            assert_true(g_ascii_islower(*c) || *c == '-');
        assert_in_range(strlen(type->label), 2, 40);
        for (char **word = type->words; *word; word++) {
            const BusinessType *other = g_hash_table_lookup(words, *word);
            if (other && other != type)
                fail_msg("\"%s\" is %s and %s", *word, other->code, type->code);
            g_hash_table_insert(words, *word, (gpointer)type);
        }
    }
    assert_in_range(leaves, 150, 250);
}

/* By the catalogue of the source tree, as if it were installed. Last: there is no way back to English. */
static void test_a_type_is_shown_in_the_language_of_the_user(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *catalogue = g_build_filename(g_getenv("top_srcdir"), "po", "de.gmo", NULL);
    g_autofree char *folder = g_dir_make_tmp("leadline-XXXXXX", &error);
    g_autofree char *messages = g_build_filename(folder, "de", "LC_MESSAGES", NULL);
    g_autofree char *there = g_build_filename(messages, "leadline.mo", NULL);
    g_autofree char *bytes = NULL;
    gsize size;
    assert_int_equal(g_mkdir_with_parents(messages, 0700), 0);
    assert_true(g_file_get_contents(catalogue, &bytes, &size, &error) &&
                g_file_set_contents(there, bytes, (gssize)size, &error));
    assert_string_equal(business_type_label("plumber"), "Plumber");
    if (!setlocale(LC_ALL, "C.UTF-8"))
        skip(); /* gettext translates in no other locale that is everywhere */
    g_setenv("LANGUAGE", "de", TRUE);
    bindtextdomain("leadline", folder);
    bind_textdomain_codeset("leadline", "UTF-8");
    textdomain("leadline");
    assert_string_equal(business_type_label("plumber"), "Klempner");
    assert_string_equal(business_type_label("our own words"), "our own words");
    assert_string_equal(business_type_find("plumber")->code, "plumber");
    g_remove(there);
    for (char *at = messages; strlen(at) >= strlen(folder); *strrchr(at, G_DIR_SEPARATOR) = '\0')
        g_rmdir(at);
}

static void test_types_are_found_by_code_label_and_other_words(void **state)
{
    static const struct {
        const char *typed, *code;
    } rows[] = {
        { "electrician", "electrician" },
        { "Electrician", "electrician" },
        { "  IT   Support ", "it-support" },
        { "it-support", "it-support" },
        { "realtor", "estate-agent" },
        { "SEO", "search-marketing" },
        { "Building and property", "building" },
        { "Alchemist", NULL },
        { "", NULL },
        { "\xff", NULL },
        { NULL, NULL },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const BusinessType *type = business_type_find(rows[i].typed);
        assert_string_equal(type ? type->code : "none", rows[i].code ? rows[i].code : "none");
    }
    assert_true(business_type_is_in(business_type_find("plumber"), business_type_find("building")));
    assert_true(business_type_is_in(business_type_find("plumber"), business_type_find("plumber")));
    assert_false(business_type_is_in(business_type_find("plumber"), business_type_find("finance")));
}

static void test_R22_a_type_is_stored_by_code_and_other_words_as_they_are(void **state)
{
    static const struct {
        const char *typed, *stored, *shown, *inside;
    } rows[] = {
        { "Heating engineer", "heating-engineer", "Heating engineer", "heating engineer" },
        { "it support", "it-support", "IT support", "IT support" },
        { " Heat whisperer ", "Heat whisperer", "Heat whisperer", "heat whisperer" },
        { " ", NULL, "", "" },
        { NULL, NULL, "", "" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *stored = business_type_store(rows[i].typed);
        g_autofree char *inside = business_type_inline(stored);
        assert_string_equal(stored ? stored : "nothing",
                            rows[i].stored ? rows[i].stored : "nothing");
        assert_string_equal(business_type_label(stored), rows[i].shown);
        assert_string_equal(inside, rows[i].inside);
    }
}

static void test_R20_the_same_leaf_competes(void **state)
{
    static const struct {
        const char *one, *other;
        bool competes;
    } rows[] = {
        { "plumber", "plumber", true },
        { "Plumber", "plumbing", true },
        { "plumber", "electrician", false },
        { "building", "building", false },
        { "building", "plumber", false },
        { "Heat whisperer", "heat  WHISPERER", true },
        { "Heat whisperer", "plumber", false },
        { "", "", false },
        { NULL, NULL, false },
        { NULL, "plumber", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_int_equal(business_type_competes(rows[i].one, rows[i].other), rows[i].competes);
        assert_int_equal(business_type_competes(rows[i].other, rows[i].one), rows[i].competes);
    }
}

/* ---- profiles */

static void test_links(void **state)
{
    static const struct {
        const char *text;
        bool link;
    } rows[] = {
        { "https://example.org", true },
        { "http://example.org/path?a=b#c", true },
        { "https://exämple.org/", true },
        { "javascript:alert(1)", false },
        { "https:", false },
        { "https://", false },
        { "https://user@example.org/", false },
        { "https://example.org/\" onclick=\"x", false },
        { "https://example.org/a b", false },
        { "example.org", false },
        { "", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(FieldErrors) errors;
        field_errors_init(&errors);
        MemberProfile profile = { .website = (char *)rows[i].text };
        if (profile_is_link(rows[i].text) != rows[i].link)
            fail_msg("%s", rows[i].text);
        assert_int_equal(profile_validate(&profile, "#/profile", &errors),
                         rows[i].link || !*rows[i].text);
    }
}

static void test_limits_of_a_profile(void **state)
{
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    MemberProfile profile = { .price_level = PRICE_LEVEL_MAX + 1,
                              .areas = g_new0(char *, PROFILE_LIST_MAX + 2) };
    for (int i = 0; i <= PROFILE_LIST_MAX; i++)
        profile.areas[i] = g_strdup("Leeds");
    assert_false(fields_validate(&profile_fields, &profile, "#/profile", &errors));
    assert_string_equal(field_errors_find(&errors, "#/profile/price_level")->code, "out-of-range");
    assert_string_equal(field_errors_find(&errors, "#/profile/areas")->code, "too-long");
    fields_clear(&profile_fields, &profile);
}

/* ---- invitations */

static const struct {
    InvitationDirection direction;
    InvitationEvent event;
    InvitationState becomes; /* 0: the other side's act */
} acts[] = {
    { DIRECTION_RECEIVED, INVITATION_ACCEPT, INVITATION_CONNECTED },
    { DIRECTION_RECEIVED, INVITATION_DECLINE, INVITATION_DECLINED },
    { DIRECTION_RECEIVED, INVITATION_WITHDRAW, 0 },
    { DIRECTION_SENT, INVITATION_ACCEPT, 0 },
    { DIRECTION_SENT, INVITATION_DECLINE, 0 },
    { DIRECTION_SENT, INVITATION_WITHDRAW, INVITATION_WITHDRAWN },
};

/* Every act of each side in each state, before and after its time. */
static void test_transitions(void **state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(acts); i++)
        for (size_t s = 0; s < invitation_states.n_values; s++)
            for (int late = 0; late <= 1; late++) {
                g_autoptr(GError) error = NULL;
                Invitation invitation = { .direction = acts[i].direction,
                                          .state = invitation_states.values[s].value,
                                          .expires_at = late ? NOW : NOW + 1 };
                bool allowed = acts[i].becomes && invitation.state == INVITATION_INVITED && !late;
                assert_int_equal(invitation_is_open(&invitation, NOW),
                                 invitation.state == INVITATION_INVITED && !late);
                assert_int_equal(invitation_may(&invitation, acts[i].event, NOW, &error), allowed);
                if (!allowed) {
                    assert_true(problem_is(error, acts[i].becomes ? PROBLEM_INVITATION_STATE
                                                                  : PROBLEM_FORBIDDEN));
                    continue;
                }
                invitation_apply(&invitation, acts[i].event, NOW);
                assert_int_equal(invitation.state, acts[i].becomes);
                assert_int_equal(invitation.answered_at, NOW);
                assert_int_equal(invitation.updated_at, NOW);
            }
}

static void test_an_invitation_ends_after_thirty_days(void **state)
{
    Uuid id = uuid_new();
    Party me = { .account = uuid_new(), .name = (char *)"Ann" };
    NewInvitation input = { .email = (char *)"ben@b.example", .message = (char *)"Hello" };
    Invitation invitation;
    invitation_init_new(&invitation, &id, &me, &input, NOW);
    assert_int_equal(invitation.state, INVITATION_INVITED);
    assert_int_equal(invitation.direction, DIRECTION_SENT);
    assert_int_equal(invitation.kind, INVITATION_INVITATION);
    assert_int_equal(invitation.via, INVITED_BY_FORM);
    assert_string_equal(invitation_other(&invitation), "ben@b.example");
    gint64 end = NOW + 30 * MS_PER_DAY;
    assert_int_equal(invitation.expires_at, end);
    assert_false(invitation_may(&invitation, INVITATION_EXPIRE, end - 1, NULL));
    assert_true(invitation_may(&invitation, INVITATION_EXPIRE, end, NULL));
    invitation_apply(&invitation, INVITATION_EXPIRE, end);
    assert_int_equal(invitation.state, INVITATION_EXPIRED);
    assert_false(invitation_may(&invitation, INVITATION_EXPIRE, end, NULL));
    fields_clear(&invitation_fields, &invitation);
}

static const char *new_error(Uuid account, const char *email)
{
    static char code[32];
    g_auto(FieldErrors) errors;
    field_errors_init(&errors);
    NewInvitation input = { .account = account, .email = (char *)email };
    bool valid = new_invitation_validate(&input, &errors);
    const FieldError *error = field_errors_find(&errors, "#/email");
    g_strlcpy(code, error ? error->code : "", sizeof code);
    assert_int_equal(valid, error == NULL);
    return code;
}

static void test_an_account_or_an_address(void **state)
{
    Uuid somebody = uuid_new(), nobody = { 0 };
    assert_string_equal(new_error(somebody, NULL), "");
    assert_string_equal(new_error(nobody, "ben@b.example"), "");
    assert_string_equal(new_error(somebody, "ben@b.example"), "not-allowed");
    assert_string_equal(new_error(nobody, NULL), "required");
    assert_string_equal(new_error(nobody, ""), "required");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_tree_is_sound),
        cmocka_unit_test(test_types_are_found_by_code_label_and_other_words),
        cmocka_unit_test(test_R22_a_type_is_stored_by_code_and_other_words_as_they_are),
        cmocka_unit_test(test_R20_the_same_leaf_competes),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_limits_of_a_profile),
        cmocka_unit_test(test_transitions),
        cmocka_unit_test(test_an_invitation_ends_after_thirty_days),
        cmocka_unit_test(test_an_account_or_an_address),
        cmocka_unit_test(test_a_type_is_shown_in_the_language_of_the_user),
    };
    return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
