/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the last line says, and what the messages view keeps of it; errors in the user's words. */
#include "app.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"

#include <stdarg.h>

#define MESSAGES_MAX 500

static void message_free(gpointer data)
{
    Message *message = data;
    g_free(message->text);
    g_free(message);
}

void app_forget_messages(App *app)
{
    app->message = NULL;
    g_queue_clear_full(&app->messages, message_free);
}

static void add_message(App *app, bool error, const char *format, va_list args)
{
    g_autofree char *raw = g_strdup_vprintf(format, args);
    Message *message = g_new0(Message, 1);
    message->at = clock_now();
    message->error = error;
    message->text = text_clean(raw, -1, TEXT_LINE);
    g_queue_push_head(&app->messages, message);
    if (g_queue_get_length(&app->messages) > MESSAGES_MAX)
        message_free(g_queue_pop_tail(&app->messages));
    app->message = message;
    if (app->views[VIEW_MESSAGES])
        app->views[VIEW_MESSAGES]->stale = true;
    app_dirty(app, DIRTY_MESSAGE | (app->view == VIEW_MESSAGES ? DIRTY_BODY : 0));
}

void app_say(App *app, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_message(app, false, format, args);
    va_end(args);
}

void app_complain(App *app, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_message(app, true, format, args);
    va_end(args);
}

/* What to do about it, for the problems that a user can meet and mend; the rest show title and detail. */
static const struct {
    Problem problem;
    const char *words;
} problem_table[] = {
    { PROBLEM_REFERRAL_STATE,
      N_("Not possible any more: the lead has moved on. R fetches its latest state.") },
    { PROBLEM_AMEND_CLOSED, N_("The verdict stands: it can be changed once, within 14 days.") },
    { PROBLEM_FORBIDDEN, N_("Not yours to do: only who received a lead gives the verdict on it.") },
    { PROBLEM_NOT_FOUND, N_("It is not there any more.") },
    { PROBLEM_BAD_CREDENTIALS, N_("Wrong e-mail or password. Try again.") },
    { PROBLEM_TOTP_REQUIRED, N_("This account wants a one-time code: sign in by :login") },
    { PROBLEM_TOTP_WRONG, N_("The one-time code is wrong, too old, or was used before.") },
    { PROBLEM_WRONG_PASSWORD, N_("Wrong password or code. Nothing was changed.") },
    { PROBLEM_UNAUTHORIZED, N_("Sign in first: type :login") },
    { PROBLEM_TOKEN_EXPIRED, N_("The session has ended. Sign in again: type :login") },
    { PROBLEM_SERVER_DOWN, N_("The server does not answer. What you do is kept and sent later.") },
    { PROBLEM_OFFLINE, N_("Offline. What you do is kept and sent later.") },
    { PROBLEM_STORAGE_FULL,
      N_("The disk is full: nothing was changed. Free some space and try again.") },
    { PROBLEM_THROTTLED, N_("Too many attempts. Wait a minute and try again.") },
    { PROBLEM_LOCKED, N_("Another leadline is running on this profile. End it, or choose another "
                         "with --profile.") },
};

char *problem_words(const GError *error)
{
    Problem problem = problem_of(error);
    for (size_t i = 0; i < G_N_ELEMENTS(problem_table); i++)
        if (problem_table[i].problem == problem)
            return g_strdup(_(problem_table[i].words));
    g_autofree char *detail = text_clean(error->message, -1, TEXT_LINE);
    if (problem == PROBLEM_FAILED || problem == PROBLEM_BAD_INPUT)
        return g_steal_pointer(&detail);
    return g_strdup_printf("%s: %s", _(problem_row(problem)->title), detail);
}

void app_complain_error(App *app, const GError *error)
{
    g_autofree char *words = problem_words(error);
    app_complain(app, "%s", words);
}

void app_check(App *app, bool ok, GError *error)
{
    if (ok)
        return;
    app_complain_error(app, error);
    g_error_free(error);
}
