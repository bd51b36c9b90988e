/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/account.h"

#include <string.h>

#include "base/i18n.h"

static const EnumValue account_state_values[] = {
    { ACCOUNT_ACTIVE, "active", N_("active") },
    { ACCOUNT_LOCKED, "locked", N_("locked") },
    { ACCOUNT_DELETED, "deleted", N_("deleted") },
};
const EnumTable account_states = ENUM_TABLE("account_state", account_state_values);

static const EnumValue scope_kind_values[] = {
    { SCOPE_ACCOUNT, "account", N_("account") },
    { SCOPE_GROUP, "group", N_("group") },
    { SCOPE_DESK, "desk", N_("desk") },
    { SCOPE_OFFICERS, "officers", N_("officers") },
};
const EnumTable scope_kinds = ENUM_TABLE("scope_kind", scope_kind_values);

static const EnumValue language_values[] = {
    { LANGUAGE_EN, "en", N_("English") },
    { LANGUAGE_DE, "de", N_("German") },
};
const EnumTable languages = ENUM_TABLE("language", language_values);

#define AT(member) offsetof(Account, member)
static const Field account_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "rev", FIELD_INT, AT(rev), FIELD_READONLY },
    { "created_at", FIELD_TIME, AT(created_at), FIELD_READONLY },
    { "updated_at", FIELD_TIME, AT(updated_at), FIELD_READONLY },
    { "email", FIELD_EMAIL, AT(email), FIELD_REQUIRED | FIELD_PERSONAL | FIELD_CREATE_ONLY,
      .label = N_("E-mail") },
    { "name", FIELD_TEXT, AT(name), FIELD_REQUIRED | FIELD_PERSONAL, .max = 120,
      .label = N_("Name") },
    { "company_name", FIELD_TEXT, AT(company_name), .max = 120, .label = N_("Company") },
    { "business_type", FIELD_TEXT, AT(business_type), .max = 80, .label = N_("Business") },
    { "state", FIELD_ENUM, AT(state), FIELD_READONLY, .values = &account_states },
    { "admin", FIELD_BOOL, AT(admin), FIELD_READONLY },
    { "email_verified_at", FIELD_TIME, AT(email_verified_at), FIELD_READONLY },
    { "language", FIELD_ENUM, AT(language), .values = &languages, .label = N_("Language of mail") },
    { "time_zone", FIELD_TEXT, AT(time_zone), .max = ZONE_NAME_MAX, .label = N_("Time zone") },
    { "profile", FIELD_OBJECT, AT(profile), .object = &profile_fields, .label = N_("Profile") },
};
#undef AT
const FieldTable account_fields = FIELD_TABLE("account", Account, account_rows);

#define AT(member) offsetof(Party, member)
static const Field party_rows[] = {
    { "account", FIELD_UUID, AT(account) },
    { "name", FIELD_TEXT, AT(name), FIELD_READONLY | FIELD_PERSONAL, .max = 120,
      .label = N_("Name") },
    { "company_name", FIELD_TEXT, AT(company_name), FIELD_READONLY, .max = 120,
      .label = N_("Company") },
};
#undef AT
const FieldTable party_fields = FIELD_TABLE("party", Party, party_rows);

#define AT(member) offsetof(SignUp, member)
static const Field sign_up_rows[] = {
    { "email", FIELD_EMAIL, AT(email), FIELD_REQUIRED | FIELD_PERSONAL, .label = N_("E-mail") },
    { "password", FIELD_TEXT, AT(password), FIELD_REQUIRED | FIELD_SECRET, .min = PASSWORD_MIN,
      .max = PASSWORD_MAX, .label = N_("Password") },
    { "name", FIELD_TEXT, AT(name), FIELD_REQUIRED | FIELD_PERSONAL, .max = 120,
      .label = N_("Name") },
    { "company_name", FIELD_TEXT, AT(company_name), .max = 120, .label = N_("Company") },
    { "business_type", FIELD_TEXT, AT(business_type), .max = 80, .label = N_("Business") },
    { "invitation", FIELD_TEXT, AT(invitation), FIELD_SECRET },
};
#undef AT
const FieldTable sign_up_fields = FIELD_TABLE("sign_up", SignUp, sign_up_rows);

#define AT(member) offsetof(Login, member)
static const Field login_rows[] = {
    { "email", FIELD_TEXT, AT(email), FIELD_REQUIRED | FIELD_PERSONAL, .max = 254,
      .label = N_("E-mail") },
    { "password", FIELD_TEXT, AT(password), FIELD_REQUIRED | FIELD_SECRET, .max = PASSWORD_MAX,
      .label = N_("Password") },
    { "totp", FIELD_TEXT, AT(totp), FIELD_SECRET, .max = ONE_TIME_CODE_MAX },
};
#undef AT
const FieldTable login_fields = FIELD_TABLE("login", Login, login_rows);

#define AT(member) offsetof(Tokens, member)
static const Field tokens_rows[] = {
    { "access_token", FIELD_TEXT, AT(access_token), FIELD_REQUIRED },
    { "refresh_token", FIELD_TEXT, AT(refresh_token), FIELD_REQUIRED },
    { "token_type", FIELD_TEXT, AT(token_type) },
    { "expires_in", FIELD_INT, AT(expires_in) },
};
#undef AT
const FieldTable tokens_fields = FIELD_TABLE("tokens", Tokens, tokens_rows);

#define AT(member) offsetof(DeviceCode, member)
static const Field device_code_rows[] = {
    { "device_code", FIELD_TEXT, AT(device_code), FIELD_REQUIRED },
    { "user_code", FIELD_TEXT, AT(user_code), FIELD_REQUIRED },
    { "verification_uri", FIELD_TEXT, AT(verification_uri), FIELD_REQUIRED },
    { "verification_uri_complete", FIELD_TEXT, AT(verification_uri_complete) },
    { "expires_in", FIELD_INT, AT(expires_in) },
    { "interval", FIELD_INT, AT(interval) },
};
#undef AT
const FieldTable device_code_fields = FIELD_TABLE("device_code", DeviceCode, device_code_rows);

#define AT(member) offsetof(PasswordChange, member)
static const Field password_change_rows[] = {
    { "current", FIELD_TEXT, AT(current), FIELD_REQUIRED | FIELD_SECRET, .max = PASSWORD_MAX,
      .label = N_("Current password") },
    { "new", FIELD_TEXT, AT(fresh), FIELD_REQUIRED | FIELD_SECRET, .min = PASSWORD_MIN,
      .max = PASSWORD_MAX, .label = N_("New password") },
};
#undef AT
const FieldTable password_change_fields = FIELD_TABLE("password_change", PasswordChange,
                                                      password_change_rows);

#define AT(member) offsetof(EmailChange, member)
static const Field email_change_rows[] = {
    { "email", FIELD_EMAIL, AT(email), FIELD_REQUIRED | FIELD_PERSONAL,
      .label = N_("New e-mail address") },
    { "password", FIELD_TEXT, AT(password), FIELD_REQUIRED | FIELD_SECRET, .max = PASSWORD_MAX,
      .label = N_("Password") },
};
#undef AT
const FieldTable email_change_fields = FIELD_TABLE("email_change", EmailChange, email_change_rows);

#define AT(member) offsetof(PasswordProof, member)
static const Field password_proof_rows[] = {
    { "password", FIELD_TEXT, AT(password), FIELD_REQUIRED | FIELD_SECRET, .max = PASSWORD_MAX,
      .label = N_("Password") },
};
#undef AT
const FieldTable password_proof_fields = FIELD_TABLE("password_proof", PasswordProof,
                                                     password_proof_rows);

#define AT(member) offsetof(AccountDeletion, member)
static const Field account_deletion_rows[] = {
    { "confirm", FIELD_TEXT, AT(confirm), FIELD_REQUIRED | FIELD_PERSONAL, .max = 254,
      .label = N_("E-mail") },
    { "password", FIELD_TEXT, AT(password), FIELD_REQUIRED | FIELD_SECRET, .max = PASSWORD_MAX,
      .label = N_("Password") },
    { "totp", FIELD_TEXT, AT(totp), FIELD_SECRET, .max = ONE_TIME_CODE_MAX,
      .label = N_("One-time code") },
};
#undef AT
const FieldTable account_deletion_fields = FIELD_TABLE("account_deletion", AccountDeletion,
                                                       account_deletion_rows);

#define AT(member) offsetof(TotpSetup, member)
static const Field totp_setup_rows[] = {
    { "secret", FIELD_TEXT, AT(secret), FIELD_REQUIRED },
    { "uri", FIELD_TEXT, AT(uri), FIELD_REQUIRED, .max = 2000 },
};
#undef AT
const FieldTable totp_setup_fields = FIELD_TABLE("totp_setup", TotpSetup, totp_setup_rows);

#define AT(member) offsetof(TotpCode, member)
static const Field totp_code_rows[] = {
    { "code", FIELD_TEXT, AT(code), FIELD_REQUIRED | FIELD_SECRET, .max = ONE_TIME_CODE_MAX,
      .label = N_("One-time code") },
};
#undef AT
const FieldTable totp_code_fields = FIELD_TABLE("totp_code", TotpCode, totp_code_rows);

#define AT(member) offsetof(RecoveryCodes, member)
static const Field recovery_codes_rows[] = {
    { "recovery_codes", FIELD_LIST, AT(recovery_codes), FIELD_REQUIRED },
};
#undef AT
const FieldTable recovery_codes_fields = FIELD_TABLE("recovery_codes", RecoveryCodes,
                                                     recovery_codes_rows);

#define AT(member) offsetof(TotpStatus, member)
static const Field totp_status_rows[] = {
    { "on", FIELD_BOOL, AT(on), FIELD_READONLY },
    { "since", FIELD_TIME, AT(since), FIELD_READONLY },
    { "recovery_codes", FIELD_INT, AT(recovery_codes), FIELD_READONLY },
};
#undef AT
const FieldTable totp_status_fields = FIELD_TABLE("totp_status", TotpStatus, totp_status_rows);

#define AT(member) offsetof(Session, member)
static const Field session_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "created_at", FIELD_TIME, AT(created_at), FIELD_READONLY },
    { "last_used_at", FIELD_TIME, AT(last_used_at), FIELD_READONLY },
    { "client", FIELD_TEXT, AT(client), FIELD_READONLY },
    { "current", FIELD_BOOL, AT(current), FIELD_READONLY | FIELD_NO_SQL },
};
#undef AT
const FieldTable session_fields = FIELD_TABLE("session", Session, session_rows);

#define AT(member) offsetof(Scope, member)
static const Field scope_rows[] = {
    { "id", FIELD_UUID, AT(id), FIELD_READONLY },
    { "kind", FIELD_ENUM, AT(kind), FIELD_READONLY, .values = &scope_kinds },
    { "role", FIELD_TEXT, AT(role), FIELD_READONLY },
    { "state", FIELD_TEXT, AT(state), FIELD_READONLY },
};
#undef AT
const FieldTable scope_fields = FIELD_TABLE("scope", Scope, scope_rows);

void tokens_wipe(Tokens *tokens)
{
    if (tokens->access_token)
        explicit_bzero(tokens->access_token, strlen(tokens->access_token));
    if (tokens->refresh_token)
        explicit_bzero(tokens->refresh_token, strlen(tokens->refresh_token));
    fields_clear(&tokens_fields, tokens);
}

/* One element: "de-AT;q=0.8". The weight in thousandths; 0 also for what is no weight. */
static int accepted_weight(const char *element)
{
    const char *q = strchr(element, ';');
    q = q ? q + 1 + strspn(q + 1, " \t") : NULL;
    if (!q)
        return 1000;
    if (g_ascii_strncasecmp(q, "q=", 2) != 0)
        return 0;
    double weight = g_ascii_strtod(q + 2, NULL);
    return weight > 0 && weight <= 1 ? (int)(weight * 1000) : 0;
}

/* Its part before a region: "de" of "de-AT". */
static Language accepted_language(const char *element)
{
    g_autofree char *code = g_ascii_strdown(element, (gssize)strcspn(element, "-; \t"));
    return (Language)enum_value(&languages, code);
}

Language language_accepted(const char *header)
{
    g_auto(GStrv) elements = g_strsplit(header ? header : "", ",", 32);
    Language best = LANGUAGE_EN;
    int most = 0;
    for (char **element = elements; *element; element++) {
        Language language = accepted_language(g_strstrip(*element));
        int weight = language ? accepted_weight(*element) : 0;
        if (weight <= most)
            continue;
        best = language;
        most = weight;
    }
    return best;
}

/* A machine without the files knows none but UTC: then any name goes, and whoever needs it takes UTC. */
static bool zone_is_known(const char *name)
{
    g_autoptr(GTimeZone) zone = clock_zone(name);
    g_autoptr(GTimeZone) any = zone ? NULL : clock_zone("Europe/London");
    return zone || !any;
}

bool account_validate(const Account *account, FieldErrors *errors)
{
    const char *name = account->time_zone;
    bool known = !name || !*name || zone_is_known(name);
    if (!known)
        field_errors_add(errors, "#/time_zone", "zone.unknown",
                         "must be the name of a time zone, such as Europe/Berlin");
    return profile_validate(&account->profile, "#/profile", errors) && known;
}

char *email_fold(const char *email)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(email ? email : ""));
    return g_utf8_casefold(trimmed, -1);
}
