/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server/unsubscribe.h"

#include <string.h>

#include "base/i18n.h"
#include "model/mail_type.h"
#include "server/crypto.h"
#include "server/device_page.h"
#include "server/email_settings.h"
#include "server/families.h"
#include "server/page.h"

typedef struct Link {
    bool found;
    Uuid account; /* nil: an address without one */
    CryptoHash address;
    const MailTypeRow *type;
} Link;

static bool read_link(Call *call, Link *link, GError **error)
{
    const char *token = call_query(call, "token");
    CryptoHash hash;
    *link = (Link){ 0 };
    crypto_digest_text(token ? token : "", &hash);
    g_autoptr(DbRows) rows = db_query(
        call->db, error, "SELECT account_id, address_hash, type FROM unsubscribe WHERE hash = $1",
        db_bytes(hash.bytes, sizeof hash.bytes));
    if (!rows)
        return false;
    if (!db_next(rows, error))
        return db_rows_ok(rows);
    size_t length = 0;
    const void *address = db_get_bytes(rows, 1, &length);
    link->account = db_get_uuid(rows, 0);
    link->type = mail_type_find(db_get_text(rows, 2));
    link->found = link->type && (!uuid_is_nil(&link->account) || length == CRYPTO_HASH_BYTES);
    if (address && length == CRYPTO_HASH_BYTES)
        memcpy(link->address.bytes, address, length);
    return true;
}

static void put_unknown(Call *call)
{
    call->reply.status = 404;
    page_begin(call, "This link is not one of ours");
    page_error(call,
               "It was cut off on its way, or it is more than a year old. The link in a newer "
               "message works; members also find all their settings for mail in Leadline.");
    page_end(call);
}

static void put_what(Call *call, const Link *link, const char *before, const char *all)
{
    if (uuid_is_nil(&link->account))
        page_put(call, "<p>%s</p>\n", all);
    else
        page_put(call, "<p>%s</p>\n<p><strong>%s</strong></p>\n", before, _(link->type->label));
}

static bool show(Call *call, GError **error)
{
    Link link;
    if (!read_link(call, &link, error))
        return false;
    if (!link.found) {
        put_unknown(call);
        return true;
    }
    page_begin(call, "No more of this mail?");
    put_what(
        call, &link, "You get this kind of message from Leadline:",
        "Members of Leadline can write to you from here, to invite you or to pass you a lead.");
    page_put(call,
             "<form method=\"post\" action=\"unsubscribe?token=%s\">\n"
             "<input type=\"hidden\" name=\"List-Unsubscribe\" value=\"One-Click\">\n"
             "<div class=\"buttons\"><button class=\"main\">Stop it</button></div>\n</form>\n",
             call_query(call, "token"));
    page_end(call);
    return true;
}

static bool stop(Call *call, GError **error)
{
    Link link;
    if (!read_link(call, &link, error))
        return false;
    if (!link.found) {
        put_unknown(call);
        return true;
    }
    bool outsider = uuid_is_nil(&link.account);
    if (outsider
            ? !db_exec(call->db, error,
                       "INSERT INTO mail_stop (address_hash, created_at) VALUES ($1, $2)"
                       " ON CONFLICT (address_hash) DO NOTHING",
                       db_bytes(link.address.bytes, sizeof link.address.bytes), db_int(call->now))
            : !(link.type->flags & MAIL_MANDATORY) &&
                  !email_setting_put(call->db, &link.account, link.type->code, false, error))
        return false;
    page_begin(call, "Done");
    put_what(call, &link, "You get no more of these messages:",
             "No more mail comes to you from here, whoever asks for it.");
    if (!outsider)
        page_put(call, "<p>To have them again: the settings of your account, in Leadline.</p>\n");
    page_end(call);
    return true;
}

const Route unsubscribe_routes[] = {
    { .method = "GET",
      .path = "/unsubscribe",
      .access = ACCESS_OPEN,
      .lane = LANE_READ,
      .flags = ROUTE_NO_BATCH,
      .handler = show,
      .query = "token",
      .summary = "The page that ends a type of mail",
      .reply_type = "text/html",
      .wording = &page_wording },
    { .method = "POST",
      .path = "/unsubscribe",
      .access = ACCESS_OPEN,
      .lane = LANE_WRITE,
      .flags = ROUTE_NO_KEY | ROUTE_NO_BATCH | ROUTE_ANY_BODY,
      .handler = stop,
      .query = "token",
      .summary = "What the page's button does, and a mail program's (RFC 8058)",
      .reply_type = "text/html",
      .wording = &page_wording },
    { 0 },
};
