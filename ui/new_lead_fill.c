/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new lead filled from what is pasted: a card, or lines that say who somebody is. */
#include "new_lead_private.h"

#include "base/i18n.h"
#include "client/card.h"
#include "editor.h"
#include "handlers.h"
#include "program.h"

#include <string.h>

#define UNDO_MAX 50

static void remember(NewLead *lead)
{
    g_ptr_array_add(lead->undo, slip_copy(lead->slip));
    if (lead->undo->len > UNDO_MAX)
        g_ptr_array_remove_index(lead->undo, 0);
}

static char *labels_of(const char **names)
{
    GString *out = g_string_new(NULL);
    for (int i = 0; names[i]; i++)
        g_string_append_printf(out, "%s%s", i ? ", " : "",
                               _(field_find(&contact_fields, names[i])->label));
    return g_string_free(out, FALSE);
}

static void fill(NewLead *lead, GPtrArray *contacts)
{
    App *app = lead->view.app;
    NewReferral input;
    slip_input(lead->slip, 0, &input, NULL);
    g_autofree const char **filled = card_fill(&input.contact, contacts->pdata[0]);
    g_autofree char *labels = labels_of(filled);
    g_autofree char *undo = app_key_of(app, "undo");
    if (filled[0]) {
        remember(lead);
        slip_take_contact(lead->slip, &input.contact);
        new_lead_show_slip(lead);
        new_lead_changed(lead);
        app_say(app,
                contacts->len > 1 ? _("Filled from the first card: %s. %s undoes.")
                                  : _("Filled: %s. %s undoes."),
                labels, undo);
    } else {
        app_say(app, "%s", _("The form has all of that already."));
    }
    fields_clear(&new_referral_fields, &input);
}

/* A card, or lines that say who somebody is: not what belongs into the field at hand. */
static bool is_card(const NewLead *lead, const char *text, GPtrArray *contacts)
{
    Stop stop = new_lead_stop(lead, lead->focus);
    bool in_words = stop.kind == STOP_ROW && form_is_long(lead->form, stop.index);
    if (contacts->len == 0)
        return false;
    return card_is_vcard(text, -1) || (strchr(text, '\n') && !in_words);
}

void new_lead_paste(View *view, const char *text)
{
    NewLead *lead = (NewLead *)view;
    Stop stop = new_lead_stop(lead, lead->focus);
    g_autoptr(GPtrArray) contacts = cards_read(text, -1);
    if (is_card(lead, text, contacts)) {
        fill(lead, contacts);
    } else if (stop.kind == STOP_ROW && form_is_text(lead->form, stop.index)) {
        form_paste(lead->form, stop.index, text);
        new_lead_row_changed(lead, stop.index);
    } else {
        app_complain(view->app, "%s", _("There is no name, number or address in what was pasted."));
    }
}

static void on_pasted(App *app, const char *text, void *data)
{
    NewLead *lead = new_lead_current(app);
    if (!text || !lead)
        return;
    g_autoptr(GPtrArray) contacts = cards_read(text, -1);
    if (contacts->len > 0)
        fill(lead, contacts);
    else
        app_say(app, "%s", _("There is no name, number or address in what was pasted."));
}

void run_paste(App *app, const char *args)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (!new_lead_current(app)) {
        app_say(app, "%s", _("That is for the form of a new lead."));
    } else if (!*args) {
        editor_start(app, "card", "", on_pasted, NULL);
    } else {
        g_autofree char *path = program_path(args);
        if (g_file_get_contents(path, &text, NULL, &error))
            on_pasted(app, text, NULL);
        else
            app_complain(app, "%s", error->message);
    }
}
