/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What leaves leadline for other programs: the clipboard, and links that are opened. */
#include "clipboard.h"
#include "handlers.h"
#include "program.h"

#include "base/i18n.h"
#include "base/text.h"
#include "client/label.h"
#include "client/link.h"

#include <string.h>

/* The lead at hand; a complaint when it cannot be read. Caller clears. */
static bool read_lead(App *app, Referral *out)
{
    g_autoptr(GError) error = NULL;
    Target target = app_target(app);
    *out = (Referral){ 0 };
    if (cache_referral(client_cache(app->client), &target.lead, out, &error))
        return true;
    app_complain_error(app, error);
    return false;
}

/* ---- copy */

typedef enum CopyWhat {
    COPY_PHONE = 1,
    COPY_PHONE_2,
    COPY_EMAIL,
    COPY_NAME,
    COPY_ADDRESS,
    COPY_ID,
    COPY_EVERYTHING,
} CopyWhat;

static const EnumValue copy_values[] = {
    { COPY_PHONE, "phone", N_("the phone number") },
    { COPY_PHONE_2, "phone_2", N_("the second phone number") },
    { COPY_EMAIL, "email", N_("the e-mail address") },
    { COPY_NAME, "name", N_("the name and company") },
    { COPY_ADDRESS, "address", N_("postcode, town and country") },
    { COPY_ID, "id", N_("the lead's id, as leadline show takes it") },
    { COPY_EVERYTHING, "all", N_("contact and need, line by line") },
};
const EnumTable copy_choices = ENUM_TABLE("copy", copy_values);

static void put_part(GString *out, const char *between, const char *part)
{
    g_autofree char *clean = text_clean(part, -1, TEXT_LINE);
    if (*clean)
        g_string_append_printf(out, "%s%s", out->len ? between : "", clean);
}

static void put_name(GString *out, const Contact *contact, const char *between)
{
    g_autoptr(GString) name = g_string_new(NULL);
    put_part(name, " ", contact->first_name);
    put_part(name, " ", contact->last_name);
    put_part(out, between, name->str);
    put_part(out, between, contact->company_name);
}

static void put_address(GString *out, const Contact *contact, const char *between)
{
    g_autoptr(GString) address = g_string_new(NULL);
    put_part(address, " ", contact->postal_code);
    put_part(address, " ", contact->city);
    put_part(address, ", ", contact->country_code);
    put_part(out, between, address->str);
}

static void put_everything(GString *out, const Referral *referral)
{
    const Contact *contact = &referral->lead.contact;
    put_name(out, contact, "\n");
    put_part(out, "\n", contact->phone_1);
    put_part(out, "\n", contact->phone_2);
    put_part(out, "\n", contact->email);
    put_address(out, contact, "\n");
    put_part(out, "\n", referral->lead.need);
}

static void put_what(GString *out, const Referral *referral, CopyWhat what)
{
    const Contact *contact = &referral->lead.contact;
    char id[UUID_TEXT_SIZE];
    switch (what) {
    case COPY_PHONE:
        put_part(out, "", contact->phone_1);
        break;
    case COPY_PHONE_2:
        put_part(out, "", contact->phone_2);
        break;
    case COPY_EMAIL:
        put_part(out, "", contact->email);
        break;
    case COPY_NAME:
        put_name(out, contact, ", ");
        break;
    case COPY_ADDRESS:
        put_address(out, contact, "");
        break;
    case COPY_ID:
        g_string_append(out, uuid_format(&referral->id, id));
        break;
    case COPY_EVERYTHING:
        put_everything(out, referral);
        break;
    }
}

/* Without a word: how the contact is reached, first by phone. */
static void put_number(GString *out, const Referral *referral)
{
    static const CopyWhat ways[] = { COPY_PHONE, COPY_PHONE_2, COPY_EMAIL };
    for (size_t i = 0; i < G_N_ELEMENTS(ways) && out->len == 0; i++)
        put_what(out, referral, ways[i]);
}

#define CALLED_WIDTH 50 /* how it was copied must fit beside it */

static char *what_is_copied(const Referral *referral, CopyWhat what, const char *text)
{
    g_autofree char *raw = contact_display_name(&referral->lead.contact);
    g_autofree char *name = text_clean(raw, -1, TEXT_LINE);
    g_autofree char *clean = text_clean(text, -1, TEXT_LINE);
    return what == COPY_EVERYTHING ? g_strdup_printf(_("All of %s"), name)
                                   : text_cut(clean, CALLED_WIDTH);
}

void run_copy(App *app, const char *args)
{
    CopyWhat what = (CopyWhat)enum_value(&copy_choices, args);
    Referral referral;
    if (app_target(app).has_partner) {
        partner_copy(app, args);
        return;
    }
    if (*args && !what) {
        app_complain(app, "%s",
                     _("Say what: :copy phone, phone_2, email, name, address, id or all."));
        return;
    }
    if (!read_lead(app, &referral))
        return;
    g_autoptr(GString) text = g_string_new(NULL);
    if (what)
        put_what(text, &referral, what);
    else
        put_number(text, &referral);
    g_autofree char *called = what_is_copied(&referral, what, text->str);
    if (text->len > 0)
        clipboard_copy(app, text->str, called);
    else if (what)
        app_say(app, "%s", _("This lead has nothing of that kind."));
    else
        app_say(app, "%s", _("This lead has no phone number and no e-mail address."));
    fields_clear(&referral_fields, &referral);
}

/* ---- open */

static const char *link_action(LinkKind kind)
{
    switch (kind) {
    case LINK_TEL:
        return _("Call");
    case LINK_MAIL:
        return _("Write to");
    case LINK_WEB:
        return _("Open");
    }
    g_assert_not_reached();
}

static void on_opened(int status, const char *output, gpointer data)
{
    g_autofree char *failure = program_failure(status);
    if (failure)
        app_complain(data, _("The program could not open it (%s). See :set opener and dialer."),
                     failure);
}

#ifdef __APPLE__
#define SYSTEM_OPENER "open"
#else
#define SYSTEM_OPENER "xdg-open"
#endif

static void open_link(App *app, const Link *link)
{
    const Settings *settings = &app->settings;
    const char *line = link->kind == LINK_TEL && settings->dialer ? settings->dialer
                       : settings->opener                         ? settings->opener
                                                                  : SYSTEM_OPENER;
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) words = NULL;
    if (!g_shell_parse_argv(line, NULL, &words, &error)) {
        app_complain(app, _("The setting opener or dialer makes no sense: %s"), error->message);
        return;
    }
    g_autoptr(GStrvBuilder) argv = g_strv_builder_new();
    g_strv_builder_addv(argv, (const char **)words);
    g_strv_builder_add(argv, link->uri);
    g_auto(GStrv) all = g_strv_builder_end(argv);
    if (program_start((const char *const *)all, NULL, false, on_opened, app, &error))
        app_say(app, _("%s %s: given to %s."), link_action(link->kind), link->text, words[0]);
    else
        app_complain_error(app, error);
}

/* The picker: its list of choices is made of the links. */
typedef struct Picker {
    GPtrArray *links;
    EnumValue *values;
    EnumTable table;
} Picker;

static void picker_free(gpointer data)
{
    Picker *picker = data;
    for (size_t i = 0; i < picker->table.n_values; i++)
        g_free((char *)picker->values[i].label);
    g_free(picker->values);
    g_ptr_array_unref(picker->links);
    g_free(picker);
}

static DialogAnswer picked(App *app, Dialog *dialog)
{
    const Picker *picker = dialog_data(dialog);
    int n = dialog_choice(dialog);
    if (n == 0)
        return DIALOG_KEEP;
    open_link(app, picker->links->pdata[n - 1]);
    return DIALOG_CLOSE;
}

/* Takes links over. */
static void pick(App *app, GPtrArray *links)
{
    Picker *picker = g_new0(Picker, 1);
    picker->links = links;
    picker->values = g_new0(EnumValue, links->len);
    for (guint i = 0; i < links->len; i++) {
        const Link *link = links->pdata[i];
        picker->values[i] = (EnumValue){
            (int)i + 1, link->uri, g_strdup_printf("%s %s", link_action(link->kind), link->text)
        };
    }
    picker->table = (EnumTable){ "link", picker->values, links->len };
    DialogSpec spec = {
        .title = _("Open"),
        .choices = &picker->table,
        .choice = 1,
        .done = picked,
        .data = picker,
        .free_data = picker_free,
    };
    app_ask(app, dialog_new(&spec));
}

void open_address(App *app, const char *url)
{
    g_autofree char *uri = link_web(url);
    g_autofree char *text = text_clean(url, -1, TEXT_LINE);
    Link link = { LINK_WEB, uri, text };
    if (uri)
        open_link(app, &link);
    else
        app_complain(app, _("%s is no address that may be opened."), text);
}

void open_links(App *app, GPtrArray *taken, const char *args, const char *none)
{
    guint64 n = 0;
    g_autoptr(GPtrArray) links = taken;
    if (links->len == 0)
        app_say(app, "%s", none);
    else if (*args && !g_ascii_string_to_unsigned(args, 10, 1, links->len, &n, NULL))
        app_complain(app,
                     ngettext("There is %u to open: o shows it.",
                              "There are %u to open: o lists them.", links->len),
                     links->len);
    else if (*args || links->len == 1)
        open_link(app, links->pdata[n ? n - 1 : 0]);
    else
        pick(app, g_steal_pointer(&links));
}

void run_open_link(App *app, const char *args)
{
    Referral referral;
    if (app_target(app).has_partner) {
        partner_open_link(app, args);
        return;
    }
    if (!read_lead(app, &referral))
        return;
    GPtrArray *links = links_of(&referral);
    fields_clear(&referral_fields, &referral);
    open_links(app, links, args,
               _("This lead has no number, e-mail address or link that can be opened."));
}
