/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whom a new lead is for: a partner, or somebody outside. */
#include "new_lead_private.h"

#include "base/i18n.h"

static const ViewOps pick_view;

void new_lead_pick(NewLead *lead, int which)
{
    const SlipTo *other = &lead->slip->to[1 - which];
    g_clear_pointer(&lead->picker, picker_free);
    lead->picker = picker_new(lead->view.app,
                              uuid_is_nil(&other->account) ? NULL : &other->account);
    if (!lead->picker)
        return;
    lead->picking = which;
    lead->view.ops = &pick_view;
    app_dirty(lead->view.app, DIRTY_ALL);
}

static void back_to_form(NewLead *lead)
{
    g_clear_pointer(&lead->picker, picker_free);
    lead->view.ops = &new_lead_view;
    lead->follow = true;
    app_dirty(lead->view.app, DIRTY_ALL);
}

void new_lead_begin(NewLead *lead)
{
    new_lead_open(lead, slip_new());
    new_lead_pick(lead, 0);
}

/* Somebody without an account (R116). */
static void outside_free(gpointer data)
{
    fields_clear(&outside_fields, data);
    g_free(data);
}

static void chosen(NewLead *lead, const Uuid *account, const char *name, const char *email)
{
    int which = lead->picking;
    slip_set_to(lead->slip, which, account, name, email);
    back_to_form(lead);
    if (lead->focus < SLIP_RECIPIENTS)
        new_lead_go_to(lead, which == 0 ? new_lead_row_stop(0) : which);
    new_lead_changed(lead);
}

static DialogAnswer outside_done(App *app, Dialog *dialog)
{
    Outside *outside = dialog_data(dialog);
    NewLead *lead = new_lead_current(app);
    if (!dialog_store(dialog, outside))
        return DIALOG_KEEP;
    if (lead && lead->picker)
        chosen(lead, NULL, outside->name, outside->email);
    return DIALOG_CLOSE;
}

static void ask_outside(NewLead *lead)
{
    static const char *const names[] = { "name", "email", NULL };
    Outside *outside = g_new0(Outside, 1);
    outside->email = g_strdup(picker_typed(lead->picker));
    DialogSpec spec = {
        .title = _("Somebody outside the network"),
        .form = form_new(&outside_fields, outside, names),
        .yes = _("Choose"),
        .no = _("Cancel"),
        .start_at_form = true,
        .note = _("The lead goes to them by e-mail, with a link."),
        .done = outside_done,
        .data = outside,
        .free_data = outside_free,
    };
    app_ask(lead->view.app, dialog_new(&spec));
}

static void pick_open(View *view)
{
    NewLead *lead = (NewLead *)view;
    const Partner *partner = picker_chosen(lead->picker);
    if (partner)
        chosen(lead, &partner->account, partner->name, NULL);
    else
        ask_outside(lead);
}

static bool pick_key(View *view, Key key)
{
    return picker_key(((NewLead *)view)->picker, key);
}

static void pick_moved(View *view, Move move)
{
    picker_move(((NewLead *)view)->picker, move);
}

static void pick_paste(View *view, const char *text)
{
    picker_paste(((NewLead *)view)->picker, text);
}

static void pick_draw(View *view, bool all)
{
    draw_fill(view->body, ROLE_NORMAL);
    picker_draw(((NewLead *)view)->picker,
                rect_sub(view->body, 1, 0, view->body.w - 2, view->body.h));
}

static bool pick_abort(View *view)
{
    back_to_form((NewLead *)view);
    return true;
}

static void pick_status(View *view, GString *out)
{
    NewLead *lead = (NewLead *)view;
    guint of;
    guint n = picker_found(lead->picker, &of);
    g_string_append_printf(
        out, lead->picking ? _("Who else shall get it?  %u of %u") : _("Who is it for?  %u of %u"),
        n, of);
}

static bool always(const View *view)
{
    return true;
}

static const char *const pick_footer[] = { "press", "leave", NULL };

static const ViewOps pick_view = {
    .title = N_("New lead"),
    .footer = pick_footer,
    .contexts = CTX_BIT(CTX_FORM),
    .create = new_lead_create,
    .destroy = new_lead_destroy,
    .draw = pick_draw,
    .changed = new_lead_told,
    .key = pick_key,
    .in_text = always,
    .paste = pick_paste,
    .moved = pick_moved,
    .open = pick_open,
    .back = pick_abort,
    .abort = pick_abort,
    .status = pick_status,
};
