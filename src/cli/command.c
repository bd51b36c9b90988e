/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/command.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cli/run.h"
#include "model/account.h"
#include "model/referral.h"

#define PAGE (CLI_OPTION(MAX) | CLI_OPTION(AFTER))
#define NETWORK CLI_OPTION(TIMEOUT)
#define AMEND CLI_OPTION(AMEND)
#define MESSAGE CLI_OPTION(MESSAGE)

/* In the order of help: by use. */
const CliCommand cli_commands[] = {
    { "list", NULL, 0, 0, CLI_OPTION(BOX) | CLI_OPTION(LIMIT) | CLI_OPTION(SORT) | PAGE,
      .run = cli_run_list, .effect = N_("Leads, the newest first"),
      .details = N_("Reads what was synced to this machine; leadline sync fetches what is new. "
                    "Into a pipe, each line is: id, label, state, verdict, time, the other party, "
                    "contact, need, with tabs between.") },
    { "show", N_("ID..."), 1, CLI_ANY, 0, .run = cli_run_show,
      .effect = N_("All there is to know about a lead"),
      .details = N_("Looking at a lead here does not tell its sender that you opened it.") },
    { "new", NULL, 0, 0,
      CLI_OPTION(TO) | CLI_OPTION(ALSO) | CLI_OPTION(INPUT) | CLI_OPTION(FROM_VCARD) |
          CLI_OPTION(COPY_OF) | NETWORK,
      &new_referral_fields, true, N_("Pass a lead to a partner"),
      N_("Fields come from --input or --copy-of, what is empty of the contact from --from-vcard, "
         "and "
         "options go over all of that. What is needed and missing is asked for at a terminal. "
         "Without "
         "any of them, a form is opened in $EDITOR."),
      cli_run_new },
    { "remind", N_("ID..."), 1, CLI_ANY, NETWORK, .writes = true, .run = cli_run_remind,
      .effect = N_("Ask the recipient of a lead for an answer"),
      .details = N_("Once a day at most, and before the verdict.") },
    { "confirm", N_("ID..."), 1, CLI_ANY, MESSAGE | CLI_OPTION(WORTH) | AMEND | NETWORK, NULL, true,
      N_("It is a lead: tell its sender"),
      N_("Of several leads, all are confirmed or none. One that has this verdict already is left "
         "as it is; one that has the other needs --amend."),
      cli_run_confirm },
    { "reject", N_("ID..."), 1, CLI_ANY, CLI_OPTION(REASON) | MESSAGE | AMEND | NETWORK, NULL, true,
      N_("It is not a lead: tell its sender why"),
      N_("A reason or a message is needed, with the reason \"other\" a message. A lead that you "
         "confirmed needs --amend."),
      cli_run_reject },
    { "partners", N_("[WORDS]"), 0, CLI_ANY,
      CLI_OPTION(SORT) | CLI_OPTION(TRADE) | CLI_OPTION(STANDING), .run = cli_run_partners,
      .effect = N_("Your partners, and who gave what in 12 months"),
      .details = N_("Into a pipe, each line is: id, name, company, trade, e-mail, leads given, of "
                    "these confirmed, leads taken, of these confirmed, balance, last given, last "
                    "taken, state, individual or group, groups, with tabs between.") },
    { "invite", N_("EMAIL"), 1, 1, MESSAGE | NETWORK, .writes = true, .run = cli_run_invite,
      .effect = N_("Invite somebody to be your partner, by mail"),
      .details = N_("They need not have an account. The id of a member asks that one.") },
    { "groups find", N_("[WORDS]"), 0, CLI_ANY, CLI_OPTION(TRADE) | NETWORK,
      .run = cli_run_groups_find, .effect = N_("Look for a leads group, at the server"),
      .details = N_("--trade: those that have a seat for it. Each line is as of leadline "
                    "groups.") },
    { "groups", NULL, 0, 0, 0, .run = cli_run_groups, .effect = N_("The leads groups you are in"),
      .details = N_("Into a pipe, each line is: id, name, area, your role, members, when it meets, "
                    "fee, state, with tabs between.") },
    { "group", N_("GROUP"), 1, CLI_ANY, 0, .run = cli_run_group,
      .effect = N_("A group of yours and its members"),
      .details = N_(
          "GROUP is words of its name, or its id. Into a pipe, each line is a member: id, "
          "name, trade, role, e-mail, since when, with tabs between; as JSON it is the "
          "group.") },
    { "join", N_("GROUP"), 1, CLI_ANY,
      MESSAGE | CLI_OPTION(REFERENCES) | CLI_OPTION(TRADE) | NETWORK, .writes = true,
      .run = cli_run_join, .effect = N_("Ask to be let into a group"),
      .details = N_("GROUP is an id, or words that find one group. --trade is whose seat you want, "
                    "unless it is your own.") },
    { "leave", N_("GROUP"), 1, CLI_ANY, NETWORK, .writes = true, .run = cli_run_leave,
      .effect = N_("Leave a group: all group partners by it are gone"),
      .details = N_("GROUP is its whole name, as you mean it.") },
    { "approve", N_("REQUEST"), 1, CLI_ANY, NETWORK, .writes = true, .run = cli_run_approve,
      .effect = N_("Let somebody into a group that you lead"),
      .details = N_(
          "REQUEST is an id, the beginning of one, or words of the name: leadline requests "
          "lists them.") },
    { "ask", N_("REQUEST"), 1, CLI_ANY, MESSAGE | NETWORK, .writes = true, .run = cli_run_ask,
      .effect = N_("Ask somebody who wants to join for more; or answer what you were asked") },
    { "requests", NULL, 0, 0, CLI_OPTION(BOX), .run = cli_run_requests,
      .effect = N_("Who waits for your answer; with --box sent, whose answer you wait for"),
      .details = N_(
          "Into a pipe, each line is: id, kind, state, who, trade, when asked, when it "
          "ends, message, with tabs between. The kind of those who want to join a group is "
          "membership.") },
    { "accept", N_("ID"), 1, 1, NETWORK, .writes = true, .run = cli_run_accept,
      .effect = N_("Accept an invitation or a request: then you are partners"),
      .details = N_("ID is as leadline requests prints it, the beginning of that, or words of the "
                    "name.") },
    { "decline", N_("ID"), 1, 1, MESSAGE | NETWORK, .writes = true, .run = cli_run_decline,
      .effect = N_(
          "Decline an invitation or somebody who wants to join, or take back one of yours"),
      .details = N_("Who wants to join is told why: --message.") },
    { "partner encourage", N_("PARTNER"), 1, CLI_ANY, MESSAGE | NETWORK, .writes = true,
      .run = cli_run_partner_encourage, .effect = N_("Send a partner a few words, by mail") },
    { "partner drop", N_("PARTNER"), 1, CLI_ANY, NETWORK, .writes = true,
      .run = cli_run_partner_drop,
      .effect = N_("Be partners no more: each vanishes from the other's list, nobody is told"),
      .details = N_("PARTNER is words of the name, an e-mail or an id. The leads between you "
                    "stay.") },
    { "meetings print", N_("roster|slips|agenda [MEETING]"), 1, 2, 0, .run = cli_run_meetings_print,
      .effect = N_("A sheet of a meeting, for paper"),
      .details = N_("At most 78 columns, with a form feed between pages; into a pipe in ASCII. "
                    "Without MEETING, of the next one.") },
    { "meetings calendar", N_("[MEETING]"), 0, 1, 0, .run = cli_run_meetings_calendar,
      .effect = N_("A meeting as a calendar file (iCalendar)") },
    { "meetings", NULL, 0, 0, CLI_OPTION(FROM) | CLI_OPTION(UNTIL), .run = cli_run_meetings,
      .effect = N_("The next meetings of your groups, and who will come"),
      .details = N_("Into a pipe, each line is: id, when, state, group, place, topic, how many "
                    "said yes, no, maybe, and your answer, with tabs between.") },
    { "meeting open", N_("[MEETING]"), 0, 1, NETWORK, .writes = true, .run = cli_run_meeting_open,
      .effect = N_("Open a meeting: now attendance is entered") },
    { "meeting complete", N_("[MEETING]"), 0, 1, NETWORK, .writes = true,
      .run = cli_run_meeting_complete,
      .effect = N_("All is entered: it counts in reports from now on") },
    { "meeting reopen", N_("MEETING"), 1, 1, MESSAGE | NETWORK, .writes = true,
      .run = cli_run_meeting_reopen, .effect = N_("Open a completed meeting again; -m says why") },
    { "meeting", N_("[MEETING]"), 0, 1, 0, .run = cli_run_meeting,
      .effect = N_("A meeting, and who was there"),
      .details = N_("MEETING is next, a day such as 2026-11-26, an id as leadline meetings prints "
                    "it, or the beginning of that. Into a pipe, each line is a member: id, code, "
                    "name, substitute, left, answer, with tabs between.") },
    { "rsvp", N_("MEETING yes|no|maybe"), 2, 2, NETWORK, .writes = true, .run = cli_run_rsvp,
      .effect = N_("Say whether you will come to a meeting") },
    { "attend", N_("MEETING MEMBER P|A|L|M|S [SUBSTITUTE]"), 3, 4, NETWORK, .writes = true,
      .run = cli_run_attend, .effect = N_("Enter who was at a meeting"),
      .details = N_("Present, absent, late, medical leave, or a substitute, whose name follows. "
                    "MEMBER is words of the name, company or trade, or an id.") },
    { "note", N_("ID"), 1, 1, MESSAGE | CLI_OPTION(NOTE) | NETWORK, .writes = true,
      .run = cli_run_note, .effect = N_("Write a note on a lead, or change one"),
      .details = N_("Only your side sees notes. The text is that of --message.") },
    { "account sessions", NULL, 0, 0, NETWORK, .run = cli_run_account_sessions,
      .effect = N_("Where you are logged in"),
      .details = N_("Each line is: id, current or nothing, last used, program, with tabs between. "
                    "This and the following are asked of the server at once: none of them works "
                    "offline.") },
    { "account end", N_("SESSION"), 1, 1, NETWORK, .writes = true, .run = cli_run_account_end,
      .effect = N_("End a session") },
    { "account mail", N_("[TYPE on|off]"), 0, 2, NETWORK, .run = cli_run_account_mail,
      .effect = N_("Which mail you get; switch a type on or off") },
    { "account verify", NULL, 0, 0, NETWORK, .run = cli_run_account_verify,
      .effect = N_("Send the mail that verifies your address again") },
    { "account email", N_("ADDRESS"), 1, 1, NETWORK, .writes = true, .run = cli_run_account_email,
      .effect = N_("Have another e-mail address: a mail with a link goes there"),
      .details = N_(
          "It counts once the link is followed. The password is asked for, or is the first "
          "line of standard input.") },
    { "account password", NULL, 0, 0, NETWORK, .writes = true, .run = cli_run_account_password,
      .effect = N_("Change the password; all other sessions end"),
      .details = N_("The passwords are asked for, or are the first two lines of standard input: "
                    "the current one, then the new one.") },
    { "account codes", N_("[on|off|new]"), 0, 1, NETWORK, .writes = true,
      .run = cli_run_account_codes,
      .effect = N_("One-time codes at log-ins: whether they are wanted, and changing that"),
      .details = N_("on shows a secret for an authenticator, and recovery codes; new makes other "
                    "recovery codes. The password is asked for, or is the first line of standard "
                    "input; for on, the first code is the next.") },
    { "account export", N_("FILE"), 1, 1, NETWORK, .run = cli_run_account_export,
      .effect = N_("Save all that the server keeps about you, as JSON and CSV in a zip") },
    { "account delete", NULL, 0, 0, NETWORK, .writes = true, .run = cli_run_account_delete,
      .effect = N_("Delete your account and all that is personal about you, for ever"),
      .details = N_("It cannot be undone. Your e-mail address and the password are asked for, or "
                    "are the first two lines of standard input; an account with one-time codes "
                    "needs one too.") },
    { "account", NULL, 0, 0, NETWORK, &account_fields, .run = cli_run_account,
      .effect = N_("Your name, company and business, and changing them") },
    { "report", N_("NAME"), 1, 1,
      CLI_OPTION(FROM) | CLI_OPTION(UNTIL) | CLI_OPTION(FORMAT) | CLI_OPTION(GROUP) | NETWORK,
      .run = cli_run_report,
      .effect = N_("Give and take with each partner, why leads were not leads, speed; and how a "
                   "group does"),
      .details = N_(
          "NAME is give-take, not-a-lead-reasons or speed: made from what was synced to this "
          "machine, of 12 months, in your time zone. Or of a group: group-activity, attendance, "
          "score-card or group-health, which are asked of the server, in the group's time zone; "
          "attendance and the score card are of the time that the group's rules say. In CSV what "
          "a spreadsheet would take for a formula has an apostrophe in front.") },
    { "outbox", NULL, 0, 0,
      CLI_OPTION(RETRY) | CLI_OPTION(DROP) | MESSAGE | CLI_OPTION(DROPPED) | CLI_OPTION(TAKE_BACK) |
          CLI_OPTION(KEEP_MINE) | CLI_OPTION(KEEP_THEIRS) | CLI_OPTION(FIELD) | CLI_OPTION(EDIT) |
          CLI_OPTION(INPUT) | NETWORK,
      .run = cli_run_outbox, .effect = N_("What is not sent yet, and why"),
      .details = N_("--message is the reason of --drop; at a terminal it is asked for. What was "
                    "dropped is kept for 90 days.") },
    { "sync", NULL, 0, 0, NETWORK, .run = cli_run_sync,
      .effect = N_("Send what waits and fetch what is new") },
    { "watch", NULL, 0, 0, 0, .writes = true, .run = cli_run_watch,
      .effect = N_("Keep in sync and tell of new leads, without the screen"),
      .details = N_("Runs until it is ended, and prints nothing; with --json each new lead as an "
                    "event in a line of its own. It lends its profile to a screen that starts, "
                    "and takes it back. As a service of your session: systemctl --user enable "
                    "--now leadline-watch") },
    { "count", NULL, 0, 0, CLI_OPTION(WAITING), .run = cli_run_count,
      .effect = N_("How many leads there are") },
    { "auth login", NULL, 0, 0, CLI_OPTION(EMAIL) | CLI_OPTION(DEVICE) | NETWORK, .writes = true,
      .run = cli_run_login, .effect = N_("Log in, and keep the session"),
      .details = N_("The password is asked for, or is the first line of standard input. Never give "
                    "it as an argument: others on this machine could read it. A token from "
                    "elsewhere goes into LEADLINE_TOKEN instead.") },
    { "auth status", NULL, 0, 0, 0, .run = cli_run_status,
      .effect = N_("Who is logged in, where, and where the tokens are") },
    { "auth logout", NULL, 0, 0, CLI_OPTION(PURGE), .writes = true, .run = cli_run_logout,
      .effect = N_("End the session; the outbox is kept") },
    { "doctor", NULL, 0, 0, NETWORK, .run = cli_run_doctor,
      .effect = N_("What keeps Leadline from working well here, and the cure"),
      .details = N_(
          "It only looks. Exit status 1 when something is wrong; a note alone is not. Into "
          "a pipe, each line is: ok, note or wrong, the check, the finding, the cure.") },
    { "completion", N_("SHELL"), 1, 1, 0, .run = cli_run_completion,
      .effect = N_("Print a completion script for bash, zsh or fish"),
      .details = N_("For bash: source <(leadline completion bash)") },
    { "help", N_("[COMMAND]"), 0, 2, 0, .run = cli_run_help,
      .effect = N_("Print the help of a command") },
    { NULL },
};

/* Words of the command's name that words begin with, 0 when they are others. */
static guint match(const CliCommand *command, const char *const *words)
{
    g_auto(GStrv) name = g_strsplit(command->name, " ", -1);
    guint n = 0;
    while (name[n] && words[n] && strcmp(name[n], words[n]) == 0)
        n++;
    return name[n] ? 0 : n;
}

/* "auth" alone, or with a word that is none of its own: those there are. NULL when no name begins so. */
static char *second_words(const char *first)
{
    g_autoptr(GString) words = g_string_new(NULL);
    g_autofree char *prefix = g_strconcat(first, " ", NULL);
    for (const CliCommand *command = cli_commands; command->name; command++)
        if (g_str_has_prefix(command->name, prefix))
            g_string_append_printf(words, "%s%s", words->len ? ", " : "",
                                   command->name + strlen(prefix));
    return words->len ? g_string_free(g_steal_pointer(&words), FALSE) : NULL;
}

static const char *nearest_command(const char *word)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const CliCommand *command = cli_commands; command->name; command++)
        g_ptr_array_add(names, (gpointer)command->name);
    g_ptr_array_add(names, NULL);
    return cli_nearest(word, (const char *const *)names->pdata);
}

const CliCommand *cli_command_find(const char *const *words, guint *n, GError **error)
{
    for (const CliCommand *command = cli_commands; command->name; command++)
        if ((*n = match(command, words)) > 0)
            return command;
    g_autofree char *shown = text_clean(words[0], -1, TEXT_LINE);
    g_autofree char *seconds = second_words(words[0]);
    const char *nearest = nearest_command(words[0]);
    if (seconds)
        problem_set(error, PROBLEM_USAGE, _("%s needs one of: %s"), shown, seconds);
    else if (nearest)
        problem_set(error, PROBLEM_USAGE, _("there is no command %s; did you mean %s?"), shown,
                    nearest);
    else
        problem_set(error, PROBLEM_USAGE,
                    _("there is no command %s; leadline --help names those there are"), shown);
    return NULL;
}
