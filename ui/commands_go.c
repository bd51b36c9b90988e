/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "draft.h"
#include "editor.h"
#include "handlers.h"
#include "new_lead.h"

#include "base/i18n.h"
#include "base/text.h"
#include "complete.h"
#include "screen.h"

#include <inttypes.h>
#include <string.h>

/* ---- moving */

static void move(App *app, Move where)
{
    View *view = app_view(app);
    if (app->dialog) {
        dialog_scroll(app->dialog, where);
        app_dirty(app, DIRTY_OVERLAY);
    } else if (view->ops->moved) {
        view->ops->moved(view, where);
        app_dirty(app, DIRTY_MOVED | DIRTY_STATUS);
    }
}

void run_up(App *app, const char *args)
{
    move(app, MOVE_UP);
}

void run_down(App *app, const char *args)
{
    move(app, MOVE_DOWN);
}

void run_half_up(App *app, const char *args)
{
    move(app, MOVE_HALF_UP);
}

void run_half_down(App *app, const char *args)
{
    move(app, MOVE_HALF_DOWN);
}

void run_page_up(App *app, const char *args)
{
    move(app, MOVE_PAGE_UP);
}

void run_page_down(App *app, const char *args)
{
    move(app, MOVE_PAGE_DOWN);
}

void run_top(App *app, const char *args)
{
    move(app, MOVE_TOP);
}

void run_bottom(App *app, const char *args)
{
    move(app, MOVE_BOTTOM);
}

static void place_line(App *app, int where)
{
    View *view = app_view(app);
    if (view->ops->placed) {
        view->ops->placed(view, where);
        app_dirty(app, DIRTY_BODY | DIRTY_STATUS);
    }
}

void run_place_top(App *app, const char *args)
{
    place_line(app, 0);
}

void run_place_middle(App *app, const char *args)
{
    place_line(app, 1);
}

void run_place_bottom(App *app, const char *args)
{
    place_line(app, 2);
}

void run_open(App *app, const char *args)
{
    View *view = app_view(app);
    if (*args) /* :open 2 is the second of what o lists */
        command_run(app, command_find("open-link"), args);
    else if (view->ops->open)
        view->ops->open(view);
}

/* ---- views */

void run_inbox(App *app, const char *args)
{
    app_show(app, VIEW_INBOX);
}

void run_sent(App *app, const char *args)
{
    app_show(app, VIEW_SENT);
}

void run_partners(App *app, const char *args)
{
    app_show(app, VIEW_PARTNERS);
}

void run_invitations(App *app, const char *args)
{
    app_show(app, VIEW_INVITATIONS);
}

void run_groups(App *app, const char *args)
{
    app_show(app, VIEW_GROUPS);
}

void run_reports(App *app, const char *args)
{
    app_show(app, VIEW_REPORTS);
}

void run_account(App *app, const char *args)
{
    app_show(app, VIEW_ACCOUNT);
}

void run_new(App *app, const char *args)
{
    app_new_lead(app, NULL);
}

void run_outbox(App *app, const char *args)
{
    app_show(app, VIEW_OUTBOX);
}

void run_messages(App *app, const char *args)
{
    app_show(app, VIEW_MESSAGES);
}

void run_jobs(App *app, const char *args)
{
    app_show(app, VIEW_JOBS);
}

void run_doctor(App *app, const char *args)
{
    app_show(app, VIEW_DOCTOR);
}

static void step_view(App *app, int step)
{
    int at = app->view < TAB_COUNT ? (int)app->view : (int)app->under;
    app_show(app, (ViewId)((at + step + TAB_COUNT) % TAB_COUNT));
}

void run_next_view(App *app, const char *args)
{
    step_view(app, 1);
}

void run_previous_view(App *app, const char *args)
{
    step_view(app, -1);
}

void run_help(App *app, const char *args)
{
    app_show(app, VIEW_HELP);
    View *view = app_view(app);
    if (*args)
        view->ops->search(view, args);
}

/* ---- leaving */

static gint64 cannot_be_sent(App *app)
{
    if (!app->client || client_profile(app->client)->kind == PROFILE_DEMO)
        return 0;
    const ClientStatus *status = client_status(app->client);
    bool online = status->phase == PHASE_LIVE || status->phase == PHASE_SYNCING;
    return outbox_stopped(&status->outbox) +
           (online ? 0 : status->outbox.waiting + status->outbox.held);
}

static DialogAnswer quit_anyway(App *app, Dialog *dialog)
{
    app_quit(app, 0);
    return DIALOG_CLOSE;
}

static void quit_text(Dialog *dialog, Page *page)
{
    gint64 n = *(gint64 *)dialog_data(dialog);
    page_format(
        page, ROLE_NORMAL,
        ngettext("%" PRId64 " action cannot be sent now. It stays in the outbox and is sent the "
                 "next time leadline runs and reaches the server.",
                 "%" PRId64 " actions cannot be sent now. They stay in the outbox and are sent the "
                 "next time leadline runs and reaches the server.",
                 (gulong)n),
        n);
}

void run_quit(App *app, const char *args)
{
    gint64 n = cannot_be_sent(app);
    if (n == 0) {
        app_quit(app, 0);
        return;
    }
    DialogSpec spec = {
        .title = _("Quit?"),
        .text = quit_text,
        .yes = _("Quit"),
        .no = _("Stay"),
        .done = quit_anyway,
        .data = g_memdup2(&n, sizeof n),
        .free_data = g_free,
    };
    app_ask(app, dialog_new(&spec));
}

void run_quit_now(App *app, const char *args)
{
    app_quit(app, 0);
}

static bool at_top(const App *app)
{
    return app->view == VIEW_INBOX || app->view == VIEW_WELCOME;
}

void run_back(App *app, const char *args)
{
    View *view = app_view(app);
    if (view->ops->back && view->ops->back(view))
        return;
    if (at_top(app))
        run_quit(app, args);
    else if (app->view >= TAB_COUNT)
        app_show(app, app->under);
    else
        app_show(app, VIEW_INBOX);
}

void run_back_pane(App *app, const char *args)
{
    View *view = app_view(app);
    bool left = view->ops->back && view->ops->back(view);
    if (!left && app->view >= TAB_COUNT && app->view != VIEW_WELCOME)
        app_show(app, app->under);
}

void run_abort(App *app, const char *args)
{
    if (prompt_is_open()) {
        prompt_close();
        if (prompt_spec()->left)
            prompt_spec()->left(app, app->before);
        app_dirty(app, DIRTY_ALL);
        return;
    }
    if (app->dialog) {
        if (dialog_is_busy(app->dialog) && app->client)
            client_cancel(app->client);
        dialog_leave(app, app->dialog);
        app_close_dialog(app);
        return;
    }
    View *view = app_view(app);
    if (view->ops->abort && view->ops->abort(view))
        app_dirty(app, DIRTY_BODY | DIRTY_STATUS);
}

void run_cancel(App *app, const char *args)
{
    if (app->client) {
        client_cancel(app->client);
        app_say(app, "%s", _("Stopped what was running. Q quits."));
        return;
    }
    app_quit(app, 130);
}

void run_redraw(App *app, const char *args)
{
    screen_repaint();
    app_dirty(app, DIRTY_ALL);
}

void run_suspend(App *app, const char *args)
{
    screen_suspend(true);
    app_dirty(app, DIRTY_ALL);
    app_read_input(app); /* typed meanwhile */
}

/* ---- the line at the bottom */

static const PromptSpec command_prompt = {
    .kind = PROMPT_COMMAND,
    .mark = ":",
    .enter = N_("Run"),
    .leave = N_("Cancel"),
    .entered = command_run_line,
    .candidates = complete_line,
};

void run_command_line(App *app, const char *args)
{
    app_prompt(app, &command_prompt, args, NULL);
}

static void search_for(App *app, const char *text)
{
    View *view = app_view(app);
    if (view->ops->search)
        view->ops->search(view, text);
    app_dirty(app, DIRTY_BODY | DIRTY_STATUS);
}

static const PromptSpec search_prompt = {
    .kind = PROMPT_SEARCH,
    .mark = "/",
    .enter = N_("Keep"),
    .leave = N_("As before"),
    .typed = search_for,
    .left = search_for,
};

void run_search(App *app, const char *args)
{
    View *view = app_view(app);
    if (!view->ops->search) {
        app_say(app, "%s", _("There is nothing to search here."));
    } else if (*args) {
        search_for(app, args);
    } else {
        const char *before = view->ops->searched ? view->ops->searched(view) : "";
        app_prompt(app, &search_prompt, "", before);
    }
}

/* ---- dialogs */

static void follow(App *app, DialogAnswer answer)
{
    if (answer == DIALOG_CLOSE)
        app_close_dialog(app);
    else
        app_dirty(app, DIRTY_OVERLAY | DIRTY_FOOTER);
}

void run_yes(App *app, const char *args)
{
    if (app->dialog) {
        Dialog *dialog = app->dialog;
        DialogAnswer answer = dialog_yes(app, dialog);
        /* The answer may have opened the next dialog. */
        if (app->dialog == dialog)
            follow(app, answer);
    }
}

void run_no(App *app, const char *args)
{
    if (app->dialog)
        run_abort(app, args);
}

void run_press(App *app, const char *args)
{
    if (!app->dialog) {
        if (app_view(app)->ops->open)
            app_view(app)->ops->open(app_view(app));
        return;
    }
    bool leave;
    Dialog *dialog = app->dialog;
    DialogAnswer answer = dialog_press(app, dialog, &leave);
    if (leave)
        run_abort(app, args);
    else if (app->dialog == dialog)
        follow(app, answer);
}

/* ---- the editor */

static void on_line_edited(App *app, const char *text, void *data)
{
    if (text && prompt_is_open())
        prompt_replace(text);
}

typedef struct Edited {
    guint dialog; /* its number: it may be gone meanwhile */
    int row;
    char *draft;
} Edited;

static void on_field_edited(App *app, const char *text, void *data)
{
    g_autofree Edited *edited = data;
    g_autofree char *draft = edited->draft;
    if (!text)
        return;
    if (draft)
        draft_save(app, draft, *text ? text : NULL);
    if (app->dialog && dialog_number(app->dialog) == edited->dialog)
        form_set_text(dialog_form(app->dialog), edited->row, text);
    else if (draft)
        app_say(app, "%s", _("What you wrote is kept: it is there when you come back."));
}

static void edit_field(App *app, Dialog *dialog, int row)
{
    Edited *edited = g_new0(Edited, 1);
    *edited = (Edited){ dialog_number(dialog), row, g_strdup(dialog_draft(dialog)) };
    if (!editor_start(app, edited->draft ? edited->draft : "text",
                      form_text(dialog_form(dialog), row), on_field_edited, edited)) {
        g_free(edited->draft);
        g_free(edited);
    }
}

void run_edit_text(App *app, const char *args)
{
    int row = app->dialog ? dialog_text_row(app->dialog) : -1;
    if (!app->client)
        app_say(app, "%s", _("The editor is for the time after signing in."));
    else if (prompt_is_open())
        editor_start(app, "command", prompt_text(), on_line_edited, NULL);
    else if (row >= 0)
        edit_field(app, app->dialog, row);
    else if (!app->dialog && app_view(app)->ops->edit && !app_view(app)->ops->edit(app_view(app)))
        app_say(app, "%s", _("There is no text here to edit."));
}

static void step_field(App *app, int step)
{
    if (app->dialog) {
        dialog_focus(app->dialog, step);
        app_dirty(app, DIRTY_OVERLAY | DIRTY_FOOTER);
    } else if (app_view(app)->ops->moved) {
        app_view(app)->ops->moved(app_view(app), step > 0 ? MOVE_DOWN : MOVE_UP);
    }
}

/* In the list of choices first, then beyond it. */
static void step_line(App *app, int step)
{
    if (app->dialog && dialog_line(app->dialog, step))
        app_dirty(app, DIRTY_OVERLAY | DIRTY_FOOTER);
    else
        step_field(app, step);
}

void run_next_line(App *app, const char *args)
{
    step_line(app, 1);
}

void run_previous_line(App *app, const char *args)
{
    step_line(app, -1);
}

void run_next_field(App *app, const char *args)
{
    step_field(app, 1);
}

void run_previous_field(App *app, const char *args)
{
    step_field(app, -1);
}

void run_other_button(App *app, const char *args)
{
    if (app->dialog) {
        dialog_other_button(app->dialog);
        app_dirty(app, DIRTY_OVERLAY | DIRTY_FOOTER);
    }
}
