/* SPDX-License-Identifier: GPL-3.0-or-later */
/* People and companies with a log-in (R1-R7), and what they type to get in. */
#pragma once

#include "base/clock.h"
#include "base/field.h"
#include "base/uuid.h"
#include "model/profile.h"

#define PASSWORD_MIN 12 /* code points (NIST SP 800-63B) */
#define PASSWORD_MAX 256
#define ONE_TIME_CODE_MAX 40 /* a recovery code, however it is grouped */

typedef enum AccountState {
    ACCOUNT_ACTIVE = 1,
    ACCOUNT_LOCKED = 2,
    ACCOUNT_DELETED = 3,
} AccountState;

/* What an account may be written to in; data/mail has a folder for each. Stored: never renumber. */
typedef enum Language {
    LANGUAGE_EN = 1,
    LANGUAGE_DE = 2,
} Language;

typedef struct Account {
    Uuid id;
    gint64 rev;
    gint64 created_at, updated_at;
    char *email; /* unique, case-folded */
    char *name;
    char *company_name;
    char *business_type; /* model/business_type.h */
    AccountState state;
    bool admin;
    gint64 email_verified_at; /* 0: nobody has shown yet that the address is theirs */
    Language language;        /* of mail; 0: English */
    char *time_zone;          /* IANA name: when its days and months begin; NULL: UTC */
    MemberProfile profile;
} Account;

/* How somebody appears in other people's objects: never more than this. */
typedef struct Party {
    Uuid account;
    char *name;
    char *company_name;
} Party;

typedef struct SignUp { /* POST /v1/accounts */
    char *email, *password, *name, *company_name, *business_type;
    char *invitation; /* the secret of the link by which one was invited */
} SignUp;

typedef struct Login { /* POST /v1/login */
    char *email, *password, *totp;
} Login;

typedef struct Tokens { /* answer of login and of a refresh */
    char *access_token, *refresh_token, *token_type;
    gint64 expires_in; /* seconds */
} Tokens;

/* RFC 8628 §3.2: answer of POST /oauth/device_authorization */
typedef struct DeviceCode {
    char *device_code, *user_code, *verification_uri, *verification_uri_complete;
    gint64 expires_in, interval; /* seconds */
} DeviceCode;

#define GRANT_REFRESH "refresh_token"
#define GRANT_DEVICE "urn:ietf:params:oauth:grant-type:device_code"

typedef struct PasswordChange { /* POST /v1/me/password */
    char *current, *fresh;
} PasswordChange;

typedef struct EmailChange { /* POST /v1/me/email */
    char *email, *password;
} EmailChange;

typedef struct PasswordProof { /* a step up: who is logged in shows that they know it */
    char *password;
} PasswordProof;

typedef struct AccountDeletion { /* DELETE /v1/me */
    char *confirm;               /* the account's address, typed */
    char *password, *totp;
} AccountDeletion;

/* One-time codes (RFC 6238): begun, confirmed by a first code, then wanted at every log-in. */
typedef struct TotpSetup { /* POST /v1/me/totp: shown once */
    char *secret, *uri;
} TotpSetup;

typedef struct TotpCode { /* POST /v1/me/totp/confirm */
    char *code;
} TotpCode;

typedef struct RecoveryCodes { /* shown once */
    char **recovery_codes;
} RecoveryCodes;

typedef struct TotpStatus { /* GET /v1/me/totp */
    bool on;
    gint64 since;
    gint64 recovery_codes; /* that are left */
} TotpStatus;

typedef struct Session { /* GET /v1/sessions */
    Uuid id;
    gint64 created_at, last_used_at;
    char *client; /* User-Agent at login */
    bool current;
} Session;

/* A scope of sync: what one account, or the members of a group, or its officers may read. */
typedef struct Scope {
    Uuid id;
    int kind;    /* ScopeKind */
    char *role;  /* "owner" of one's own; in a group as group_roles has it */
    char *state; /* of the change feed, opaque */
} Scope;

typedef enum ScopeKind {
    SCOPE_ACCOUNT = 1,
    SCOPE_GROUP = 2,
    SCOPE_DESK = 3,
    SCOPE_OFFICERS = 4, /* of a group: who has a role in it (group_officers_scope()) */
} ScopeKind;

/* fields_clear() that overwrites them first: as an answer they carry no SECRET flag. */
void tokens_wipe(Tokens *tokens);

extern const EnumTable account_states, scope_kinds, languages;
extern const FieldTable account_fields, party_fields, sign_up_fields, login_fields, tokens_fields,
    device_code_fields, session_fields, scope_fields, password_change_fields, email_change_fields,
    password_proof_fields, account_deletion_fields, totp_setup_fields, totp_code_fields,
    recovery_codes_fields, totp_status_fields;

/* The one of ours that a value of Accept-Language (RFC 9110 §12.5.4) likes best; English when it is NULL or names none. */
Language language_accepted(const char *header);

/* Beyond fields_validate(): the profile's rules, and that there is such a time zone. False when a rule is broken. */
bool account_validate(const Account *account, FieldErrors *errors);

/* The form under which an address is unique: trimmed, case-folded. Caller frees. */
char *email_fold(const char *email);
