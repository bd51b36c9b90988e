/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handlers of the command table, by the file that has them. Preconditions are checked before they are called. */
#pragma once

#include "app.h"

/* commands_go.c: moving about */
void run_help(App *app, const char *args);
void run_command_line(App *app, const char *args);
void run_back(App *app, const char *args);
void run_back_pane(App *app, const char *args);
void run_abort(App *app, const char *args);
void run_cancel(App *app, const char *args);
void run_redraw(App *app, const char *args);
void run_suspend(App *app, const char *args);
void run_quit(App *app, const char *args);
void run_quit_now(App *app, const char *args);
void run_inbox(App *app, const char *args);
void run_sent(App *app, const char *args);
void run_partners(App *app, const char *args);
void run_invitations(App *app, const char *args);
void run_groups(App *app, const char *args);
void run_reports(App *app, const char *args);
void run_account(App *app, const char *args);
void run_new(App *app, const char *args);

/* new_lead.c */
void run_send_lead(App *app, const char *args);
void run_hand_out_two(App *app, const char *args);
void run_hand_on(App *app, const char *args);
void run_discard_lead(App *app, const char *args);
void run_paste(App *app, const char *args);
void run_outbox(App *app, const char *args);
void run_messages(App *app, const char *args);
void run_jobs(App *app, const char *args);
void run_doctor(App *app, const char *args);
void run_next_view(App *app, const char *args);
void run_previous_view(App *app, const char *args);
void run_up(App *app, const char *args);
void run_down(App *app, const char *args);
void run_half_up(App *app, const char *args);
void run_half_down(App *app, const char *args);
void run_page_up(App *app, const char *args);
void run_page_down(App *app, const char *args);
void run_top(App *app, const char *args);
void run_bottom(App *app, const char *args);
void run_open(App *app, const char *args);
void run_search(App *app, const char *args);
void run_yes(App *app, const char *args);
void run_no(App *app, const char *args);
void run_press(App *app, const char *args);
void run_edit_text(App *app, const char *args);
void run_next_line(App *app, const char *args);
void run_previous_line(App *app, const char *args);
void run_next_field(App *app, const char *args);
void run_previous_field(App *app, const char *args);
void run_other_button(App *app, const char *args);

/* commands_verdict.c, leads_tags.c */
void run_confirm(App *app, const char *args);
void run_reject(App *app, const char *args);
/* Asks for the other verdict on a lead that has one. False when nothing of the kind is possible any more. */
bool verdict_change(App *app, const Uuid *id);
void run_tag(App *app, const char *args);
void run_tag_range(App *app, const char *args);
void run_tag_pattern(App *app, const char *args);
void run_tag_invert(App *app, const char *args);
void run_untag(App *app, const char *args);
void run_untag_pattern(App *app, const char *args);
void run_repeat(App *app, const char *args);
void run_redo(App *app, const char *args);

/* commands_lead.c: what else is done to leads */
void run_outcome(App *app, const char *args);
void run_withdraw(App *app, const char *args);
void run_remind(App *app, const char *args);
void run_note(App *app, const char *args);
void run_undo(App *app, const char *args);

/* commands_out.c: what leaves for other programs */
extern const EnumTable copy_choices;
void run_copy(App *app, const char *args);
void run_open_link(App *app, const char *args);

void run_notify(App *app, const char *args); /* notify.c */
void run_snooze(App *app, const char *args); /* snooze.c */

/* commands_pipe.c: leads as JSON, as files, as bare text */
void run_pipe(App *app, const char *args);
void run_exec(App *app, const char *args);
void run_export(App *app, const char *args);
void run_bare(App *app, const char *args);

/* What of something can be opened: takes the links (client/link.h) over; none: what to say when there are none. */
void open_links(App *app, GPtrArray *links, const char *args, const char *none);

/* commands_partner.c, find.c */
void run_refer(App *app, const char *args);
void run_encourage(App *app, const char *args);
void run_invite(App *app, const char *args);
void run_accept(App *app, const char *args);
void run_decline(App *app, const char *args);
void run_drop_partner(App *app, const char *args);
/* What copy and open-link do with a partner. */
void partner_copy(App *app, const char *args);
void partner_open_link(App *app, const char *args);
void run_period(App *app, const char *args);
void run_order(App *app, const char *args);
void run_turn(App *app, const char *args);
void run_filter(App *app, const char *args);
void run_find(App *app, const char *args);
void run_criteria(App *app, const char *args);

/* commands_group.c, group_form.c, group.c, directory.c */
void run_group(App *app, const char *args);
void run_group_requests(App *app, const char *args);
void run_directory(App *app, const char *args);
void run_group_criteria(App *app, const char *args);
void run_join(App *app, const char *args);
void run_start_group(App *app, const char *args);
void run_edit_group(App *app, const char *args);
void run_open_group(App *app, const char *args);
void run_ask_to_lead(App *app, const char *args);
void run_leave_group(App *app, const char *args);
void run_approve(App *app, const char *args);
void run_refuse(App *app, const char *args);
void run_ask(App *app, const char *args);
void run_tag_request(App *app, const char *args);
void run_refer_member(App *app, const char *args);
void run_role(App *app, const char *args);
void run_remove_member(App *app, const char *args);
void run_vetting(App *app, const char *args);
void run_approvals(App *app, const char *args);
void run_approve_leader(App *app, const char *args);
void run_decline_leader(App *app, const char *args);
void run_dues(App *app, const char *args);

/* vetting.c, dues.c */
void run_vet(App *app, const char *args);
void run_raise_concern(App *app, const char *args);
void run_answer_concern(App *app, const char *args);
void run_uphold(App *app, const char *args);
void run_dismiss(App *app, const char *args);
void run_lift(App *app, const char *args);
void run_pay(App *app, const char *args);
void run_waive(App *app, const char *args);

/* commands_meeting.c */
void run_meeting(App *app, const char *args);
void run_meetings(App *app, const char *args);
void run_present(App *app, const char *args);
void run_absent(App *app, const char *args);
void run_late(App *app, const char *args);
void run_medical(App *app, const char *args);
void run_substitute(App *app, const char *args);
void run_come(App *app, const char *args);
void run_stay_away(App *app, const char *args);
void run_maybe(App *app, const char *args);
void run_left_early(App *app, const char *args);
void run_slip(App *app, const char *args);
void run_visitor(App *app, const char *args);
void run_thanks(App *app, const char *args);
void run_take_back(App *app, const char *args);
void run_timer(App *app, const char *args);
void run_next_item(App *app, const char *args);
void run_previous_item(App *app, const char *args);
void run_open_meeting(App *app, const char *args);
void run_complete(App *app, const char *args);
void run_reopen(App *app, const char *args);
void run_cancel_meeting(App *app, const char *args);
void run_holiday(App *app, const char *args);
void run_discard_meeting(App *app, const char *args);
void run_edit_meeting(App *app, const char *args);
void run_plan_meeting(App *app, const char *args);
void run_rsvp(App *app, const char *args);
void run_met(App *app, const char *args);
void run_one_to_ones(App *app, const char *args);
void run_print(App *app, const char *args);
void run_calendar_file(App *app, const char *args);
void run_pipe_meeting(App *app, const char *args);

/* commands_report.c */
extern const EnumTable report_periods;
void run_another_report(App *app, const char *args);
void run_report_group(App *app, const char *args);
void run_report_period(App *app, const char *args);
void run_sort_report(App *app, const char *args);
void run_other_figure(App *app, const char *args);
void run_pipe_report(App *app, const char *args);
void run_export_report(App *app, const char *args);
/* A file that is there stays as it is. said: N_(), what to say with its name when it was written. */
void write_new_file(App *app, const char *path, const char *text, const char *said);

/* commands_outbox.c: what is not sent yet, and changes of what is */
void run_retry(App *app, const char *args);
void run_retry_all(App *app, const char *args);
void run_edit_item(App *app, const char *args);
void run_drop(App *app, const char *args);
void run_drop_all(App *app, const char *args);
void run_keep_mine(App *app, const char *args);
void run_keep_theirs(App *app, const char *args);
void run_as_note(App *app, const char *args);
void run_copy_item(App *app, const char *args);
void run_dropped(App *app, const char *args);
void run_profile(App *app, const char *args);
void run_edit_note(App *app, const char *args);

/* commands_list.c: moving through the lists, and what is shown of them */
void run_next_waiting(App *app, const char *args);
void run_previous_waiting(App *app, const char *args);
void run_next_lead(App *app, const char *args);
void run_previous_lead(App *app, const char *args);
void run_limit(App *app, const char *args);
void run_sort(App *app, const char *args);
void run_sort_reverse(App *app, const char *args);
void run_place_middle(App *app, const char *args);
void run_place_top(App *app, const char *args);
void run_place_bottom(App *app, const char *args);
void run_next_pane(App *app, const char *args);
void run_preview(App *app, const char *args);
void run_preview_place(App *app, const char *args);
void run_preview_smaller(App *app, const char *args);
void run_preview_larger(App *app, const char *args);
void run_entry(App *app, const char *args); /* help.c */

/* commands_setup.c */
void run_sync(App *app, const char *args);
void run_offline(App *app, const char *args);
void run_online(App *app, const char *args);
void run_set(App *app, const char *args);
void run_theme(App *app, const char *args);
void run_log(App *app, const char *args);
void run_background(App *app, const char *args);
void run_bind(App *app, const char *args);
void run_unbind(App *app, const char *args);
/* An address that is not a lead's, with the setting `opener`: commands_out.c */
void open_address(App *app, const char *url);

void run_login(App *app, const char *args);
extern const EnumTable login_choices;
void run_logout(App *app, const char *args);

/* commands_account.c: the account itself, at the server */
void run_email(App *app, const char *args);
void run_password(App *app, const char *args);
void run_codes(App *app, const char *args);
void run_mail_settings(App *app, const char *args);
void run_sessions(App *app, const char *args);
void run_verify(App *app, const char *args);
void run_export_account(App *app, const char *args);
void run_delete_account(App *app, const char *args);
extern const EnumTable code_choices;
