/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include "approvals.h"
#include "base/i18n.h"
#include "base/text.h"
#include "handlers.h"
#include "meeting.h"
#include "notify_choices.h"
#include "partners.h"
#include "reports.h"

#include "client/export.h"
#include "client/cache.h"
#include "client/meeting_sheet.h"
#include "model/report.h"

#include <string.h>

#define G CTX_BIT(CTX_GLOBAL)
#define LIST CTX_BIT(CTX_LIST)
#define LEAD CTX_BIT(CTX_LEAD)
#define PARTNER CTX_BIT(CTX_PARTNER)
#define INVITATION CTX_BIT(CTX_INVITATION)
#define MEMBER CTX_BIT(CTX_MEMBER)
#define GROUPS CTX_BIT(CTX_GROUPS)
#define GROUP CTX_BIT(CTX_GROUP)
#define REQUEST CTX_BIT(CTX_REQUEST)
#define APPROVALS CTX_BIT(CTX_APPROVALS)
#define MEETINGS CTX_BIT(CTX_MEETINGS)
#define MEETING CTX_BIT(CTX_MEETING)
#define VETTING CTX_BIT(CTX_VETTING)
#define DUES CTX_BIT(CTX_DUES)
#define REPORT CTX_BIT(CTX_REPORT)
#define ACCOUNT CTX_BIT(CTX_ACCOUNT)
#define OUTBOX CTX_BIT(CTX_OUTBOX)
#define HELP CTX_BIT(CTX_HELP)
#define FORM CTX_BIT(CTX_FORM)
#define FIELDS (CTX_BIT(CTX_DIALOG) | CTX_BIT(CTX_TEXT) | FORM)
#define DIALOG CTX_BIT(CTX_DIALOG)
#define UNDO COMMAND_UNDOABLE
#define LINE COMMAND_NO_KEY
#define INNER COMMAND_INTERNAL
#define TEXT COMMAND_OPENS_TEXT
#define RECEIVED (NEED_LEAD | NEED_RECEIVED)
#define WRITE NEED_WRITE
#define UNSENT (NEED_ITEM | NEED_UNSENT)

/* By use within each context: help and completion keep this order. */
const Command commands[] = {
    /* name, contexts, needs, flags, footer word, effect, arguments, handler */
    { "confirm", LEAD, RECEIVED | WRITE, UNDO, N_("Confirm"),
      N_("It is a lead: confirm it to the sender"), N_("[tagged]"), run_confirm },
    { "reject", LEAD, RECEIVED | WRITE, UNDO, N_("Not a lead"),
      N_("It is not a lead: say why, and the sender learns it"), N_("[tagged] [REASON]"),
      run_reject },
    { "repeat", LEAD, RECEIVED | WRITE, UNDO, N_("Again"),
      N_("The last verdict once more, on this lead: same reason, same words"), NULL, run_repeat },
    { "tag", LEAD, RECEIVED, 0, N_("Tag"),
      N_("Tag or untag, and go down: a verdict is on all tagged"), N_("[EXPR]"), run_tag },
    { "tag-range", LEAD, RECEIVED, 0, N_("Tag range"),
      N_("Tag all leads from the last tag to here"), NULL, run_tag_range },
    { "tag-invert", LEAD, RECEIVED, 0, N_("Invert tags"),
      N_("Tag what is not tagged in this list, and untag what is"), NULL, run_tag_invert },
    { "tag-pattern", LEAD, RECEIVED, TEXT | COMMAND_TAKES_LIMIT, N_("Tag all"),
      N_("Tag all leads of this list that a limit is true of: ~w, ~p NAME, ..."), N_("[EXPR]"),
      run_tag_pattern },
    { "untag-pattern", LEAD, 0, TEXT | COMMAND_TAKES_LIMIT, N_("Untag"),
      N_("Take the tags away that a limit is true of; of an empty one, all"), N_("[EXPR]"),
      run_untag_pattern },
    { "untag", LEAD, 0, LINE | COMMAND_TAKES_LIMIT, N_("Untag"), N_("Take all tags away, or some"),
      N_("[EXPR]"), run_untag },
    { "next-waiting", LEAD, 0, 0, N_("Waiting"),
      N_("Go to the next lead that waits for your verdict"), NULL, run_next_waiting },
    { "previous-waiting", LEAD, 0, 0, N_("Waiting up"),
      N_("Go to the previous lead that waits for your verdict"), NULL, run_previous_waiting },
    { "next-lead", LEAD, 0, 0, N_("Next"), N_("Show the next lead"), NULL, run_next_lead },
    { "previous-lead", LEAD, 0, 0, N_("Previous"), N_("Show the previous lead"), NULL,
      run_previous_lead },
    { "limit", LEAD, 0, TEXT | COMMAND_TAKES_LIMIT, N_("Limit"),
      N_("Show only some leads: ~new, ~p NAME, ~v >500, ~d <7d, words, and | ! ( )"), N_("[EXPR]"),
      run_limit },
    { "sort", LEAD, 0, 0, N_("Sort"), N_("Order by age, state, partner, client or value"),
      N_("[KEY[-]]"), run_sort, &lead_sorts },
    { "sort-reverse", LEAD, 0, 0, N_("Turn round"), N_("Turn the list round"), NULL,
      run_sort_reverse },
    { "note", LEAD, NEED_LEAD | WRITE, UNDO | TEXT, N_("Note"),
      N_("Write a note that only you see"), NULL, run_note },
    { "copy", LEAD | PARTNER, NEED_CONTACT, 0, N_("Copy"),
      N_("Copy to the clipboard: the phone number, or what is named"),
      N_("[phone|phone_2|email|name|address|id|all]"), run_copy, &copy_choices },
    { "open-link", LEAD | PARTNER, NEED_CONTACT, 0, N_("Call, open"),
      N_("Call, write to, or open what the lead or partner has"), N_("[N]"), run_open_link },
    { "snooze", LEAD, NEED_LEAD | WRITE, TEXT, N_("Call back"),
      N_("Have the lead come back: +2h, tomorrow 9, Thu 14:30; off"), N_("[WHEN]"), run_snooze },
    { "pipe", LEAD, NEED_LEAD, TEXT, N_("Pipe"),
      N_("Give the lead, or all tagged, as JSON to a program, and show what it prints"),
      N_("COMMAND"), run_pipe },
    { "exec", LEAD, NEED_LEAD, TEXT, N_("Run"), N_("The same, but only say how the program ended"),
      N_("COMMAND"), run_exec },
    { "export", LEAD, NEED_CLIENT, LINE, N_("Export"),
      N_("Write the tagged leads, or all of the list, into a new file"), N_("json|csv FILE"),
      run_export, &export_formats },
    { "bare", LEAD, NEED_LEAD, 0, N_("Bare"),
      N_("Show the lead without frames, for copying with the mouse"), NULL, run_bare },
    { "edit-note", LEAD, NEED_LEAD | WRITE, UNDO | LINE, N_("Edit note"),
      N_("Change your last note on this lead, or the one of that number"), N_("[NUMBER]"),
      run_edit_note },
    { "outcome", LEAD, RECEIVED | WRITE, UNDO | LINE, N_("Outcome"),
      N_("What became of a confirmed lead (changes no count)"),
      N_("working|won|lost|dormant [VALUE]"), run_outcome, &referral_outcomes },
    { "withdraw", LEAD, NEED_LEAD | NEED_SENT | WRITE, UNDO | LINE, N_("Take back"),
      N_("Take back a lead that its recipient has not opened yet"), NULL, run_withdraw },

    { "new", LEAD | PARTNER | REPORT, NEED_CLIENT | WRITE, 0, N_("New lead"),
      N_("Pass a lead to a partner"), NULL, run_new },
    { "remind", LEAD, NEED_LEAD | NEED_SENT | WRITE, UNDO, N_("Remind"),
      N_("Ask the recipient for an answer: once a day at most"), NULL, run_remind },
    { "hand-on", LEAD, NEED_LEAD | NEED_SENT | WRITE, 0, N_("Hand on"),
      N_("Pass the same lead to one more partner; each is told of the other"), NULL, run_hand_on },
    { "send-lead", FORM, NEED_CLIENT | WRITE, UNDO, N_("Send"), N_("Send the lead of the form"),
      NULL, run_send_lead },
    { "hand-out-two", FORM, NEED_CLIENT | WRITE, 0, N_("Two"),
      N_("Choose a second partner for the same lead"), NULL, run_hand_out_two },
    { "paste", FORM, NEED_CLIENT | WRITE, 0, N_("Card"),
      N_("Fill the form from a vCard or a signature: of a file, or of what you paste"),
      N_("[FILE]"), run_paste },
    { "leave", FORM, 0, 0, N_("Back"), N_("Back; what was written is kept as a draft"), NULL,
      run_abort },
    { "discard-lead", FORM, NEED_CLIENT | WRITE, UNDO, N_("Discard"), N_("Throw the draft away"),
      NULL, run_discard_lead },

    { "refer", PARTNER, NEED_PARTNER | WRITE, TEXT, N_("Refer"), N_("Pass a lead to this partner"),
      NULL, run_refer },
    { "encourage", PARTNER, NEED_PARTNER | WRITE, UNDO | TEXT, N_("Encourage"),
      N_("Send this partner a few words, by mail"), NULL, run_encourage },
    { "invite", PARTNER | INVITATION | MEMBER, NEED_CLIENT | WRITE, UNDO | TEXT, N_("Invite"),
      N_("Ask somebody to be your partner: by mail, or a member that was found"), N_("[EMAIL]"),
      run_invite },
    { "accept", INVITATION, NEED_INVITATION | WRITE, UNDO, N_("Accept"),
      N_("Accept: you are partners then"), NULL, run_accept },
    { "decline", INVITATION, NEED_INVITATION | WRITE, UNDO, N_("Decline"),
      N_("Decline; or take back what you asked yourself"), NULL, run_decline },
    { "find", PARTNER | INVITATION, NEED_CLIENT, 0, N_("Find"), N_("Look for members who fit"),
      N_("[WORDS]"), run_find },
    { "drop-partner", PARTNER, NEED_PARTNER | WRITE, UNDO, N_("Part"),
      N_("Be partners no more: nobody is told; or encourage first"), NULL, run_drop_partner },
    { "period", PARTNER, NEED_CLIENT, 0, N_("Period"),
      N_("Count give and take of 12 months, 6 months, 90 days, 30 days, or ever"),
      N_("[12m|6m|90d|30d|all]"), run_period, &partner_periods },
    { "order", PARTNER, NEED_CLIENT, 0, N_("Sort"), N_("Order by name, trade, balance or activity"),
      N_("[KEY[-]]"), run_order, &partner_sorts },
    { "turn", PARTNER, NEED_CLIENT, 0, N_("Turn round"), N_("Turn the list round"), NULL,
      run_turn },
    { "filter", PARTNER, NEED_CLIENT, TEXT, N_("Limit"),
      N_("Show only some partners: active, dormant, low-giver, or words of a trade"),
      N_("[active|dormant|low-giver|TRADE]"), run_filter, &partner_standings },
    { "criteria", MEMBER, NEED_CLIENT, TEXT, N_("Filter"),
      N_("Look for a trade, an area, a speciality, a price"), NULL, run_criteria },

    { "approve", REQUEST, NEED_REQUEST | WRITE, UNDO, N_("Approve"),
      N_("Let them in; of several, or when something speaks against it, asks first"), NULL,
      run_approve },
    { "refuse", REQUEST, NEED_REQUEST | WRITE, UNDO | TEXT, N_("Decline"),
      N_("Do not let them in, and say why; your own request: take it back"), N_("[WHY]"),
      run_refuse },
    { "ask", REQUEST, NEED_REQUEST | WRITE, UNDO | TEXT, N_("Ask"),
      N_("Ask them for more; your own request: answer what was asked"), N_("[WORDS]"), run_ask },
    { "tag-request", REQUEST, NEED_REQUEST, 0, N_("Tag"),
      N_("Tag or untag, and go down: a decision is about all tagged"), NULL, run_tag_request },
    { "directory", GROUPS, NEED_CLIENT, 0, N_("Find a group"),
      N_("Look for groups that have room for your trade"), N_("[WORDS]"), run_directory },
    { "join", GROUPS, NEED_CLIENT | WRITE, UNDO | TEXT, N_("Join"),
      N_("Ask to be let into the group that was found"), N_("[WORDS]"), run_join },
    { "group-criteria", GROUPS, NEED_CLIENT, TEXT, N_("Filter"),
      N_("Look for an area, or a seat for a trade"), NULL, run_group_criteria },
    { "start-group", GROUPS, NEED_CLIENT | WRITE, UNDO | TEXT, N_("Start one"),
      N_("Start a group of your own, step by step"), N_("[NAME]"), run_start_group },
    { "edit-group", GROUPS | GROUP, NEED_GROUP | WRITE, UNDO | TEXT, N_("Edit"),
      N_("Change what the group says of itself, its meetings, seats, fee"), NULL, run_edit_group },
    { "open-group", GROUPS | GROUP, NEED_GROUP | WRITE, UNDO, N_("Open"),
      N_("Open a group that is a draft to others"), NULL, run_open_group },
    { "ask-to-lead", GROUPS | GROUP, NEED_GROUP | WRITE, UNDO | TEXT, N_("Lead"),
      N_("Ask an administrator to approve that you lead one more group"), N_("[NOTE]"),
      run_ask_to_lead },
    { "leave-group", GROUPS | GROUP, NEED_GROUP | WRITE, UNDO | TEXT, N_("Leave"),
      N_("Leave a group: all group partners by it are gone"), NULL, run_leave_group },
    { "refer-member", GROUP, NEED_PARTNER | WRITE, TEXT, N_("Refer"),
      N_("Pass a lead to this member"), NULL, run_refer_member },
    { "role", GROUP, NEED_GROUP | WRITE, UNDO | TEXT, N_("Role"),
      N_("Make a member leader, secretary or treasurer; or another seat"), NULL, run_role },
    { "remove-member", GROUP, NEED_GROUP | WRITE, UNDO | TEXT, N_("Remove"),
      N_("Remove a member from the group, with a reason"), NULL, run_remove_member },
    { "vetting", GROUP, NEED_GROUP, 0, N_("Vetting"),
      N_("What was found out about this member, and concerns"), NULL, run_vetting },
    { "dues", GROUP, NEED_GROUP, 0, N_("Dues"), N_("What is owed to the group, and paid"), NULL,
      run_dues },
    { "vet", VETTING, NEED_GROUP | WRITE, UNDO | TEXT, N_("Note"),
      N_("Note a reference, a licence, what is said of them"), NULL, run_vet },
    { "raise-concern", VETTING, NEED_GROUP | WRITE, UNDO | TEXT, N_("Concern"),
      N_("Raise a concern about this member"), NULL, run_raise_concern },
    { "answer-concern", VETTING, NEED_CONCERN | WRITE, UNDO | TEXT, N_("Answer"),
      N_("Answer a concern about yourself"), NULL, run_answer_concern },
    { "uphold", VETTING, NEED_CONCERN | WRITE, UNDO | TEXT, N_("Right"),
      N_("The concern is right: with a warning, or no leads until a day"), NULL, run_uphold },
    { "dismiss", VETTING, NEED_CONCERN | WRITE, UNDO | TEXT, N_("Dismiss"),
      N_("There is nothing to the concern"), NULL, run_dismiss },
    { "unbar", VETTING, NEED_CONCERN | WRITE, UNDO, N_("Lift"),
      N_("Leads may be passed to them again before the time is over"), NULL, run_lift },
    { "pay", DUES, NEED_INVOICE | WRITE, UNDO | TEXT, N_("Paid"), N_("Record a payment"), NULL,
      run_pay },
    { "waive", DUES, NEED_INVOICE | WRITE, UNDO | TEXT, N_("Waive"), N_("It need not be paid"),
      NULL, run_waive },
    { "approve-leader", APPROVALS, NEED_APPROVAL | WRITE, UNDO, N_("Approve"),
      N_("They may lead this group too"), NULL, run_approve_leader },
    { "decline-leader", APPROVALS, NEED_APPROVAL | WRITE, UNDO | TEXT, N_("Decline"),
      N_("They may not lead one more group: says why"), N_("[REASON]"), run_decline_leader },
    { "group", GROUPS, NEED_CLIENT, LINE, N_("Group"), N_("Show a group of yours"), N_("[NAME]"),
      run_group },
    { "present", MEETING, NEED_CLIENT | NEED_KEEPER | WRITE, UNDO, N_("Present"),
      N_("The member under the cursor is here; on to the next"), NULL, run_present },
    { "absent", MEETING, NEED_CLIENT | NEED_KEEPER | WRITE, UNDO, N_("Absent"), N_("Is not here"),
      NULL, run_absent },
    { "late", MEETING, NEED_CLIENT | NEED_KEEPER | WRITE, UNDO, N_("Late"), N_("Came late"), NULL,
      run_late },
    { "medical", MEETING, NEED_CLIENT | NEED_KEEPER | WRITE, UNDO, N_("Medical"),
      N_("Is on medical leave"), NULL, run_medical },
    { "substitute", MEETING, NEED_CLIENT | NEED_KEEPER | WRITE, UNDO | TEXT, N_("Substitute"),
      N_("Somebody came for them: type the name"), N_("[NAME]"), run_substitute },
    { "slip", MEETING, NEED_CLIENT | WRITE, TEXT, N_("Slip"),
      N_("Type slips: three letters of who gives, Tab, of who gets it, Tab, the need"), NULL,
      run_slip },
    { "visitor", MEETING, NEED_CLIENT | NEED_KEEPER | WRITE, TEXT, N_("Visitor"),
      N_("Type who visits"), NULL, run_visitor },
    { "thanks", MEETING, NEED_CLIENT | WRITE, TEXT, N_("Thanks"),
      N_("Type thanks for business that was closed, and what it was worth"), NULL, run_thanks },
    { "left-early", MEETING, NEED_CLIENT | NEED_KEEPER | WRITE, UNDO, N_("Left early"),
      N_("The member under the cursor left early, or did not"), NULL, run_left_early },
    { "take-back", MEETING, NEED_CLIENT | WRITE, UNDO, N_("Take back"),
      N_("A slip, thanks or a visitor was entered by mistake"), NULL, run_take_back },
    { "complete", MEETING, NEED_CLIENT | NEED_KEEPER | WRITE, UNDO, N_("Complete"),
      N_("All is entered: it counts in reports from now on"), NULL, run_complete },
    { "open-meeting", MEETING, NEED_CLIENT | NEED_KEEPER | WRITE, UNDO, N_("Begin"),
      N_("Open the meeting: now attendance is entered"), NULL, run_open_meeting },
    { "reopen", MEETING, NEED_CLIENT | NEED_KEEPER | WRITE, UNDO | TEXT, N_("Reopen"),
      N_("Open a completed meeting again, and say why"), NULL, run_reopen },
    { "timer", MEETING, NEED_CLIENT, 0, N_("Timer"),
      N_("Start the clock of the agenda, or stop it"), NULL, run_timer },
    { "next-item", MEETING, NEED_CLIENT, 0, N_("Next item"), N_("The next item of the agenda"),
      NULL, run_next_item },
    { "previous-item", MEETING, NEED_CLIENT, 0, N_("Item before"),
      N_("The item of the agenda before"), NULL, run_previous_item },
    { "come", MEETINGS, NEED_CLIENT | WRITE, UNDO, N_("Come"), N_("You will come"), NULL,
      run_come },
    { "stay-away", MEETINGS, NEED_CLIENT | WRITE, UNDO, N_("Not"), N_("You will not come"), NULL,
      run_stay_away },
    { "maybe", MEETINGS, NEED_CLIENT | WRITE, UNDO, N_("Maybe"), N_("You do not know yet"), NULL,
      run_maybe },
    { "rsvp", MEETING | GROUP, NEED_MEETING | WRITE, UNDO, N_("Answer"),
      N_("Say whether you will come"), N_("[yes|no|maybe]"), run_rsvp, &rsvp_answers },
    { "met", MEETING | MEETINGS, NEED_CLIENT | WRITE, UNDO | TEXT, N_("One-to-one"),
      N_("Record that you met somebody of the group, today or on a day"), N_("[DAY] NAME"),
      run_met },
    { "one-to-ones", MEETING | MEETINGS, NEED_CLIENT, 0, N_("One-to-ones"),
      N_("Whom you met, and when"), NULL, run_one_to_ones },
    { "print", MEETING | MEETINGS, NEED_CLIENT, 0, N_("Print"),
      N_("Show the roster, the slip sheet or the agenda as they are printed, or write a file"),
      N_("[roster|slips|agenda [FILE]]"), run_print, &sheet_kinds },
    { "pipe-meeting", MEETING | MEETINGS, NEED_CLIENT, TEXT, N_("Pipe"),
      N_("Give roster, slips and agenda to a program, and show what it prints"), N_("COMMAND"),
      run_pipe_meeting },
    { "calendar-file", MEETING | MEETINGS, NEED_CLIENT, 0, N_("Calendar"),
      N_("Write the meeting into a calendar file (.ics)"), N_("[FILE]"), run_calendar_file },
    { "plan-meeting", GROUP, NEED_GROUP | WRITE, TEXT, N_("Plan"),
      N_("Plan a meeting of the group, for leaders and secretaries"), NULL, run_plan_meeting },
    { "edit-meeting", MEETING | MEETINGS | GROUP, NEED_MEETING | WRITE, TEXT, N_("Edit"),
      N_("Change time, place, topic, agenda or minutes"), NULL, run_edit_meeting },
    { "cancel-meeting", MEETING | MEETINGS, NEED_CLIENT | WRITE, UNDO | LINE, N_("Call off"),
      N_("Cancel a meeting that is planned; everybody is told"), NULL, run_cancel_meeting },
    { "holiday", MEETING | MEETINGS, NEED_CLIENT | WRITE, UNDO | LINE, N_("Holiday"),
      N_("There is no meeting that day; it counts for nobody"), NULL, run_holiday },
    { "discard-meeting", MEETING | MEETINGS, NEED_CLIENT | WRITE, UNDO | LINE, N_("Discard"),
      N_("Throw away a meeting that was begun"), NULL, run_discard_meeting },
    { "meeting", MEETING | MEETINGS, NEED_CLIENT, LINE, N_("Meeting"),
      N_("Open a meeting: next, a day such as 2026-11-26, or an id"), N_("[WHEN]"), run_meeting },

    { "other-figure", REPORT, 0, INNER, N_("Figure"),
      N_("Between given and received: the figure that Enter opens"), NULL, run_other_figure },
    { "report-period", REPORT, NEED_CLIENT, 0, N_("Period"), N_("Of which months or days"),
      N_("[NAME | FROM [TO]]"), run_report_period, &report_periods },
    { "another-report", REPORT, NEED_CLIENT, 0, N_("Report"),
      N_("Give and take, why leads were not leads, speed; of a group: activity, attendance, score "
         "card, health"),
      N_("[NAME]"), run_another_report, &report_kinds },
    { "report-group", REPORT, NEED_CLIENT | NEED_OTHER_GROUP, 0, N_("Next group"),
      N_("The same report of the next group that you are in"), NULL, run_report_group },
    { "sort-report", REPORT, NEED_CLIENT, 0, N_("Order"), N_("The next order of the report's rows"),
      N_("[ORDER]"), run_sort_report, &report_sorts },
    { "pipe-report", REPORT, NEED_CLIENT, TEXT, N_("Pipe"),
      N_("Give the report as JSON to a program, and show what it prints"), N_("COMMAND"),
      run_pipe_report },
    { "export-report", REPORT, NEED_CLIENT, LINE, N_("Export"),
      N_("Write the report into a new file"), N_("json|csv|text FILE"), run_export_report,
      &report_outputs },

    { "mail-settings", ACCOUNT, NEED_CLIENT | WRITE, 0, N_("Mail"),
      N_("Which types of mail you want"), NULL, run_mail_settings },
    { "sessions", ACCOUNT, NEED_CLIENT | WRITE, 0, N_("Sessions"),
      N_("End a session on another machine"), NULL, run_sessions },
    { "password", ACCOUNT, NEED_CLIENT | WRITE, TEXT, N_("Password"),
      N_("Change the password; all other sessions end"), NULL, run_password },
    { "codes", ACCOUNT, NEED_CLIENT | WRITE, TEXT, N_("Codes"),
      N_("One-time codes at log-ins: switch on, new recovery codes, off"), N_("[new|off]"),
      run_codes, &code_choices },
    { "email", ACCOUNT, NEED_CLIENT | WRITE, 0, N_("Address"),
      N_("Have another e-mail address: a mail with a link goes there"), NULL, run_email },
    { "verify", ACCOUNT, NEED_CLIENT | WRITE, 0, N_("Verify"),
      N_("Send the mail that verifies your address again"), NULL, run_verify },
    { "export-account", ACCOUNT, NEED_CLIENT, 0, N_("Export"),
      N_("Save all that the server keeps about you as a zip"), N_("[FILE]"), run_export_account },
    { "delete-account", ACCOUNT, NEED_CLIENT | WRITE, TEXT, N_("Delete"),
      N_("Delete your account and all that is personal about you, for ever"), NULL,
      run_delete_account },

    { "retry", OUTBOX, NEED_ITEM | WRITE, 0, N_("Send now"),
      N_("Try to send this again now; or put what was dropped back"), NULL, run_retry },
    { "edit-item", OUTBOX, UNSENT | WRITE, TEXT, N_("Edit"), N_("Change what will be sent"), NULL,
      run_edit_item },
    { "drop", OUTBOX, UNSENT | WRITE, TEXT, N_("Drop"),
      N_("Throw this away unsent, with a reason; the lead is as before"), NULL, run_drop },
    { "keep-mine", OUTBOX, NEED_CONFLICT | WRITE, 0, N_("Keep mine"),
      N_("In conflict: send what you wrote over what is there"), N_("[FIELD]"), run_keep_mine },
    { "keep-theirs", OUTBOX, NEED_CONFLICT | WRITE, 0, N_("Keep theirs"),
      N_("In conflict: what is there stays, yours goes to what was dropped"), N_("[FIELD]"),
      run_keep_theirs },
    { "as-note", OUTBOX, NEED_ITEM | WRITE, 0, N_("As note"),
      N_("Keep the words of this as a note of your own, and drop it"), NULL, run_as_note },
    { "copy-item", OUTBOX, NEED_ITEM, 0, N_("Copy"), N_("Copy the words of this"), NULL,
      run_copy_item },
    { "retry-all", OUTBOX, NEED_CLIENT | WRITE, 0, N_("Send all"),
      N_("Try to send everything again now"), NULL, run_retry_all },
    { "drop-all", OUTBOX, NEED_CLIENT | WRITE, LINE, N_("Drop all"),
      N_("Throw the whole outbox away unsent"), NULL, run_drop_all },
    { "dropped", OUTBOX, NEED_CLIENT, 0, N_("Dropped"),
      N_("What was dropped in the last 90 days, or the outbox again"), NULL, run_dropped },

    { "down", LIST, 0, 0, N_("Down"), N_("Down one line"), NULL, run_down },
    { "up", LIST, 0, 0, N_("Up"), N_("Up one line"), NULL, run_up },
    { "half-down", LIST, 0, 0, N_("Down"), N_("Down half a page"), NULL, run_half_down },
    { "half-up", LIST, 0, 0, N_("Up"), N_("Up half a page"), NULL, run_half_up },
    { "page-down", LIST | DIALOG, 0, 0, N_("Page"), N_("Down a page"), NULL, run_page_down },
    { "page-up", LIST | DIALOG, 0, 0, N_("Page up"), N_("Up a page"), NULL, run_page_up },
    { "top", LIST, 0, 0, N_("Top"), N_("To the first line"), NULL, run_top },
    { "bottom", LIST, 0, 0, N_("Bottom"), N_("To the last line"), NULL, run_bottom },
    { "place-middle", LIST, 0, 0, N_("Middle"), N_("Scroll this line to the middle"), NULL,
      run_place_middle },
    { "place-top", LIST, 0, 0, N_("To the top"), N_("Scroll this line to the top"), NULL,
      run_place_top },
    { "place-bottom", LIST, 0, 0, N_("To the end"), N_("Scroll this line to the bottom"), NULL,
      run_place_bottom },
    { "open", LIST, NEED_ROW, 0, N_("Open"),
      N_("Open it; a received lead then counts as picked up"), N_("[N]"), run_open },
    { "search", LIST, 0, TEXT, N_("Search"),
      N_("Show only what has these words; Esc shows all again"), N_("[WORDS]"), run_search },
    { "back-pane", LIST, 0, 0, N_("Back"), N_("Back to the list"), NULL, run_back_pane },

    { "run", HELP, 0, INNER, N_("Run"), N_("Run the command under the cursor"), NULL, run_entry },

    { "help", G, 0, 0, N_("Help"), N_("Keys and commands, for where you are"), N_("[WORDS]"),
      run_help },
    { "command", G, 0, TEXT, N_("Cmd"), N_("Type a command by name"), NULL, run_command_line },
    { "undo", G, NEED_CLIENT | WRITE, 0, N_("Undo"),
      N_("Take back the last action while it is held"), NULL, run_undo },
    { "redo", G, NEED_CLIENT | WRITE, 0, N_("Redo"), N_("Do again what was taken back last"), NULL,
      run_redo },
    { "inbox", G, NEED_CLIENT, 0, N_("Inbox"), N_("Leads you received"), NULL, run_inbox },
    { "sent", G, NEED_CLIENT, 0, N_("Sent"), N_("Leads you sent"), NULL, run_sent },
    { "partners", G, NEED_CLIENT, 0, N_("Partners"), N_("Your partners, and who gave what"), NULL,
      run_partners },
    { "invitations", G, NEED_CLIENT, 0, N_("Invitations"),
      N_("Who wants to be your partner, and whom you asked"), NULL, run_invitations },
    { "groups", G, NEED_CLIENT, 0, N_("Groups"), N_("The leads groups you are in"), NULL,
      run_groups },
    { "group-requests", G, NEED_CLIENT, 0, N_("To admit"),
      N_("Who waits to be let into a group of yours"), NULL, run_group_requests },
    { "approvals", G, NEED_CLIENT | NEED_ADMIN, 0, N_("Approvals"),
      N_("For administrators: who asks to lead one more group"), NULL, run_approvals },
    { "meetings", G, NEED_CLIENT, 0, N_("Meetings"), N_("The next meetings of your groups"), NULL,
      run_meetings },
    { "reports", G, NEED_CLIENT, 0, N_("Reports"), N_("Give and take, reasons, speed"), NULL,
      run_reports },
    { "account", G, NEED_CLIENT, 0, N_("Account"), N_("Profile, mail, sessions, password"), NULL,
      run_account },
    { "outbox", G, NEED_CLIENT, 0, N_("Outbox"), N_("What is not sent yet, and why"), NULL,
      run_outbox },
    { "messages", G, 0, 0, N_("Messages"), N_("All messages of this session"), NULL, run_messages },
    { "jobs", G, NEED_CLIENT, 0, N_("Jobs"), N_("What is going on behind the screen; ^C stops it"),
      NULL, run_jobs },
    { "doctor", G, 0, LINE, N_("Doctor"),
      N_("What keeps Leadline from working well here, and the cure"), NULL, run_doctor },
    { "next-view", G, 0, 0, N_("Next view"), N_("The view to the right"), NULL, run_next_view },
    { "previous-view", G, 0, 0, N_("Prev view"), N_("The view to the left"), NULL,
      run_previous_view },
    { "next-pane", G, 0, 0, N_("Pane"), N_("Between list and preview"), NULL, run_next_pane },
    { "preview", G, 0, 0, N_("Preview"), N_("Preview on or off"), NULL, run_preview },
    { "preview-place", G, 0, 0, N_("Place"), N_("Preview at the right, below, or by size"), NULL,
      run_preview_place },
    { "preview-smaller", G, 0, 0, N_("Smaller"), N_("Less room for the preview"), NULL,
      run_preview_smaller },
    { "preview-larger", G, 0, 0, N_("Larger"), N_("More room for the preview"), NULL,
      run_preview_larger },
    { "sync", G, NEED_CLIENT | WRITE, 0, N_("Sync"), N_("Fetch and send now"), NULL, run_sync },
    { "offline", G, NEED_CLIENT | WRITE, LINE, N_("Offline"),
      N_("Stay off the network; what you do is kept"), NULL, run_offline },
    { "online", G, NEED_CLIENT | WRITE, LINE, N_("Online"), N_("Use the network again"), NULL,
      run_online },
    { "profile", G, NEED_CLIENT | WRITE, UNDO | TEXT, N_("Profile"),
      N_("Change your name, company, business or profile"), NULL, run_profile },
    { "login", G, NEED_CLIENT | WRITE, LINE, N_("Sign in"),
      N_("Sign in to the server of this profile, perhaps with a browser"), N_("[browser]"),
      run_login, &login_choices },
    { "logout", G, NEED_CLIENT | WRITE, LINE, N_("Sign out"), N_("Sign out; the outbox is kept"),
      NULL, run_logout },
    { "set", G, 0, LINE | COMMAND_TAKES_SETTING, N_("Set"),
      N_("Show or change a setting: set NAME, set NAME=VALUE, set all"), N_("[NAME[=VALUE]]"),
      run_set },
    { "theme", G, 0, LINE, N_("Theme"), N_("Colours: default, mono, high-contrast or colour-blind"),
      N_("NAME"), run_theme, NULL, "theme" },
    { "log", G, 0, LINE, N_("Log"), N_("What the log file tells, and where it is"),
      N_("off|error|warning|info|debug"), run_log, NULL, "log" },
    { "background", G, 0, LINE, N_("Background"), N_("Colours for a light or a dark background"),
      N_("auto|light|dark"), run_background, NULL, "background" },
    { "notify", G, 0, LINE, N_("Notify"),
      N_("Be told of new leads or not, not until a time, how much; test it"),
      N_("[on|off|test|dnd WHEN|detail LEVEL]"), run_notify, &notify_choices },
    { "bind", G, 0, LINE, N_("Bind"), N_("Give a key a command until the end of this session"),
      N_("CONTEXT KEY COMMAND"), run_bind },
    { "unbind", G, 0, LINE, N_("Unbind"), N_("Free a key until the end of this session"),
      N_("CONTEXT KEY"), run_unbind },
    { "abort", G | FIELDS, 0, 0, N_("Cancel"), N_("Cancel, or clear the search"), NULL, run_abort },
    { "cancel", G, 0, 0, N_("Stop"), N_("Cancel the running request; the outbox keeps its items"),
      NULL, run_cancel },
    { "redraw", G | DIALOG, 0, 0, N_("Redraw"), N_("Draw the screen again"), NULL, run_redraw },
    { "suspend", G | FIELDS, 0, 0, N_("Suspend"),
      N_("Stop leadline; the shell's fg brings it back"), NULL, run_suspend },
    { "back", G, 0, 0, N_("Back"), N_("Back; at the top: quit"), NULL, run_back },
    { "quit", G, 0, 0, N_("Quit"), N_("Quit"), NULL, run_quit },
    { "q", G, 0, LINE | INNER, N_("Quit"), N_("Quit"), NULL, run_quit },
    { "quit!", G, 0, LINE | COMMAND_NO_HISTORY, N_("Quit"),
      N_("Quit without asking; the outbox is kept"), NULL, run_quit_now },

    { "yes", DIALOG, 0, INNER, N_("Yes"), N_("Do it"), NULL, run_yes },
    { "no", DIALOG, 0, INNER, N_("No"), N_("Do not"), NULL, run_no },
    { "press", FIELDS, 0, INNER, N_("OK"), N_("Press the button, or go on to the next field"), NULL,
      run_press },
    { "edit-text", FIELDS, 0, INNER, N_("Editor"), N_("Write the text in your editor"), NULL,
      run_edit_text },
    { "next-field", FIELDS, 0, INNER, N_("Next field"), N_("To the next field or button"), NULL,
      run_next_field },
    { "previous-field", FIELDS, 0, INNER, N_("Prev field"), N_("To the previous field or button"),
      NULL, run_previous_field },
    { "next-line", DIALOG, 0, INNER, N_("Down"), N_("To the next choice, field or button"), NULL,
      run_next_line },
    { "previous-line", DIALOG, 0, INNER, N_("Up"), N_("To the previous choice, field or button"),
      NULL, run_previous_line },
    { "other-button", DIALOG, 0, INNER, N_("Other"), N_("To the other button"), NULL,
      run_other_button },
    { NULL },
};

size_t command_count(void)
{
    return G_N_ELEMENTS(commands) - 1;
}

const Command *command_find(const char *name)
{
    for (const Command *command = commands; command->name; command++)
        if (strcmp(command->name, name) == 0)
            return command;
    return NULL;
}

/* What is missing, NULL when nothing is. */
static const char *missing(App *app, unsigned needs)
{
    if (needs & NEED_CLIENT && !app->client)
        return N_("Choose first how to start: demo, sign in, sign up or local.");
    if (needs & NEED_WRITE && app->read_only)
        return N_("Not with --read-only.");
    if (needs & NEED_ROW && app_view(app)->ops->target) {
        Target row = app_target(app);
        return row.has_lead || row.has_item || row.has_partner || row.has_member ||
                       row.has_invitation || row.has_meeting || row.has_group || row.has_request
                   ? NULL
                   : N_("There is nothing to open.");
    }
    if (!(needs & ~(NEED_CLIENT | NEED_WRITE | NEED_ROW)))
        return NULL;
    if (needs & NEED_OTHER_GROUP && !reports_has_other_group(app))
        return N_("There is no report of another group to go to.");
    if (needs & NEED_KEEPER && !meeting_is_kept(app))
        return N_("This is done by a leader or secretary of the group.");
    if (needs & NEED_ADMIN && !approvals_are_mine(app))
        return N_("Only for administrators of the server.");
    Target target = app_target(app);
    if (needs & NEED_APPROVAL && !target.has_approval)
        return N_("No approval is selected.");
    if (needs & NEED_PARTNER && !target.has_partner)
        return N_("No partner is selected.");
    if (needs & NEED_INVITATION && !target.has_invitation)
        return N_("No invitation is selected.");
    if (needs & NEED_GROUP && !target.has_group)
        return N_("No group of yours is selected.");
    if (needs & NEED_REQUEST && !target.has_request)
        return N_("No request is selected.");
    if (needs & NEED_CONCERN && !target.has_concern)
        return N_("No concern is selected.");
    if (needs & NEED_MEETING && !target.has_meeting)
        return N_("No meeting is selected.");
    if (needs & NEED_INVOICE && !target.has_invoice)
        return N_("Nothing that is owed is selected.");
    if (needs & NEED_CONTACT && !target.has_lead && !target.has_partner)
        return N_("No lead is selected.");
    if (needs & NEED_ITEM && !target.has_item)
        return N_("Nothing is selected in the outbox.");
    if (needs & NEED_UNSENT && !target.unsent)
        return N_("It was dropped: first put it back into the outbox.");
    if (needs & NEED_CONFLICT && !target.conflict)
        return N_("This is for what is in conflict.");
    if (needs & NEED_LEAD && !target.has_lead)
        return N_("No lead is selected.");
    if (needs & NEED_RECEIVED && !target.received)
        return N_("This is for leads you received. :withdraw takes back one you sent.");
    if (needs & NEED_SENT && target.received)
        return N_("This is for leads you sent; you received this one.");
    return NULL;
}

bool command_is_possible(App *app, const Command *command)
{
    return !missing(app, command->needs);
}

void command_run(App *app, const Command *command, const char *args)
{
    const char *why = missing(app, command->needs);
    if (why) {
        app_complain(app, "%s", _(why));
        return;
    }
    command->run(app, args);
}

/* The only command that starts so, or NULL. */
static const Command *by_prefix(const char *word)
{
    const Command *found = NULL;
    for (const Command *command = commands; command->name; command++) {
        if (!(command->flags & COMMAND_INTERNAL) && g_str_has_prefix(command->name, word)) {
            if (found)
                return NULL;
            found = command;
        }
    }
    return found;
}

void command_run_line(App *app, const char *line)
{
    g_autofree char *clean = text_clean(line, -1, TEXT_LINE);
    g_strstrip(clean);
    if (!*clean)
        return;
    char *args = clean + strcspn(clean, " ");
    if (*args) {
        *args++ = '\0';
        g_strchug(args);
    }
    const Command *command = command_find(clean);
    command = command ? command : by_prefix(clean);
    if (!command) {
        app_complain(app,
                     _("There is no command \"%s\". Type : and the beginning of a name to see "
                       "those there are."),
                     clean);
        return;
    }
    command_run(app, command, args);
}
