/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the commands do: one function for each row of the table in command.c, by file. */
#pragma once

#include "cli/session.h"

/* leads.c */
bool cli_run_list(Cli *cli, GError **error);
bool cli_run_show(Cli *cli, GError **error);
bool cli_run_count(Cli *cli, GError **error);

/* verdict.c */
bool cli_run_confirm(Cli *cli, GError **error);
bool cli_run_reject(Cli *cli, GError **error);

/* new.c */
bool cli_run_new(Cli *cli, GError **error);
bool cli_run_remind(Cli *cli, GError **error);

/* change.c */
bool cli_run_note(Cli *cli, GError **error);
bool cli_run_account(Cli *cli, GError **error);

/* account.c */
bool cli_run_account_sessions(Cli *cli, GError **error);
bool cli_run_account_end(Cli *cli, GError **error);
bool cli_run_account_mail(Cli *cli, GError **error);
bool cli_run_account_verify(Cli *cli, GError **error);
bool cli_run_account_email(Cli *cli, GError **error);
bool cli_run_account_password(Cli *cli, GError **error);
bool cli_run_account_codes(Cli *cli, GError **error);
bool cli_run_account_export(Cli *cli, GError **error);
bool cli_run_account_delete(Cli *cli, GError **error);

/* network.c */
bool cli_run_partners(Cli *cli, GError **error);
bool cli_run_requests(Cli *cli, GError **error);
bool cli_run_invite(Cli *cli, GError **error);
bool cli_run_accept(Cli *cli, GError **error);
bool cli_run_decline(Cli *cli, GError **error);
bool cli_run_partner_drop(Cli *cli, GError **error);
bool cli_run_partner_encourage(Cli *cli, GError **error);

/* groups.c */
bool cli_run_groups(Cli *cli, GError **error);
bool cli_run_groups_find(Cli *cli, GError **error);
bool cli_run_group(Cli *cli, GError **error);
bool cli_run_join(Cli *cli, GError **error);
bool cli_run_leave(Cli *cli, GError **error);
bool cli_run_approve(Cli *cli, GError **error);
bool cli_run_ask(Cli *cli, GError **error);
/* Declines a membership request, or takes back one's own; NOT_FOUND: there is none of these words. */
bool cli_refuse_request(Cli *cli, const char *text, GError **error);
/* Of `requests`: those to decide about, or (sent) one's own; in the form of the output. */
GPtrArray *cli_membership_requests(Cli *cli, bool sent, GError **error);

/* meetings.c */
bool cli_run_meetings(Cli *cli, GError **error);
bool cli_run_meetings_print(Cli *cli, GError **error);
bool cli_run_meetings_calendar(Cli *cli, GError **error);
bool cli_run_meeting(Cli *cli, GError **error);
bool cli_run_meeting_open(Cli *cli, GError **error);
bool cli_run_meeting_complete(Cli *cli, GError **error);
bool cli_run_meeting_reopen(Cli *cli, GError **error);
bool cli_run_rsvp(Cli *cli, GError **error);
bool cli_run_attend(Cli *cli, GError **error);

/* outbox.c */
bool cli_run_outbox(Cli *cli, GError **error);
bool cli_run_sync(Cli *cli, GError **error);

/* report.c */
bool cli_run_report(Cli *cli, GError **error);

/* auth.c */
bool cli_run_login(Cli *cli, GError **error);
bool cli_run_status(Cli *cli, GError **error);
bool cli_run_logout(Cli *cli, GError **error);

/* watch.c */
bool cli_run_watch(Cli *cli, GError **error);

/* doctor.c */
bool cli_run_doctor(Cli *cli, GError **error);

/* help.c */
bool cli_run_help(Cli *cli, GError **error);
/* complete.c */
bool cli_run_completion(Cli *cli, GError **error);
