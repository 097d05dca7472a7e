"""Who may do what? One row per address of the people door; an address without a row is refused."""

CLINICIAN, COORDINATOR, SUPERVISOR, ADMINISTRATOR = (
    "clinician",
    "coordinator",
    "supervisor",
    "administrator",
)
ROLES = (CLINICIAN, COORDINATOR, SUPERVISOR, ADMINISTRATOR)

ANYBODY: frozenset[str] = frozenset({"anybody"})  # also people who have not signed in
STAFF = frozenset(ROLES)
ANSWERS = frozenset({CLINICIAN, SUPERVISOR})  # has a desk
PLANS = frozenset({COORDINATOR, ADMINISTRATOR})  # edits the roster
OVERSEES = frozenset({COORDINATOR, SUPERVISOR, ADMINISTRATOR})
SENDS_CREWS = frozenset({CLINICIAN, COORDINATOR, SUPERVISOR})  # and then only their own: crews
OVERSEES_CREWS = OVERSEES_PEOPLE = frozenset({COORDINATOR, SUPERVISOR})
REFERS = frozenset({CLINICIAN, COORDINATOR, SUPERVISOR})  # and then only their own: referrals
READS_DIRECTORY = frozenset({COORDINATOR, SUPERVISOR, ADMINISTRATOR})
READS_RECORDS = frozenset({CLINICIAN, COORDINATOR, SUPERVISOR})  # and then only their own: records
# A response plan is made of many records, which a supervisor alone may read: they write and review
# it. A coordinator reads plans, since overdue reviews stand among the tasks they see.
WRITES_RESPONSE_PLANS = frozenset({SUPERVISOR})
READS_RESPONSE_PLANS = OVERSEES_PEOPLE

ALLOWED: dict[str, frozenset[str]] = {
    # sign-in
    "console.static": ANYBODY,
    "console.link": ANYBODY,
    "console.home": STAFF,
    "security.login": ANYBODY,
    "security.logout": STAFF,
    "security.two_factor_setup": STAFF,
    "security.two_factor_setup_validate": STAFF,
    "security.two_factor_token_validation": ANYBODY,
    "security.verify": STAFF,
    # the desk
    "console.desk": ANSWERS,
    "console.desk_panel": ANSWERS,
    "console.write_later": ANSWERS,  # one's own
    "console.desk_record": ANSWERS,
    "console.desk_state": ANSWERS,
    "console.desk_token": ANSWERS,
    "console.start_duty": ANSWERS,
    "console.end_duty": ANSWERS,
    "console.beat": ANSWERS,
    "console.come_back": ANSWERS,
    "console.accept": ANSWERS,
    "console.refuse": ANSWERS,
    "console.end_call": ANSWERS,
    "console.ask_dispatcher": ANSWERS,
    "console.handoff_card": ANSWERS,
    "console.correct_handoff": ANSWERS,
    "console.part_handoff": ANSWERS,
    "console.take_handoff": ANSWERS,
    "console.share_leg": ANSWERS,
    "console.ask_help": ANSWERS,
    "console.take_help": frozenset({SUPERVISOR}),
    "console.supervise": frozenset({SUPERVISOR}),
    "console.stop_supervising": frozenset({SUPERVISOR}),
    "console.bring_in": ANSWERS,
    "console.send_away": ANSWERS,
    "console.hand_over": ANSWERS,
    "console.take_back": ANSWERS,
    "console.accept_invitation": ANSWERS,
    "console.leave_colleague": ANSWERS,
    "console.hold": ANSWERS,
    "console.unhold": ANSWERS,
    "console.wrap_up": ANSWERS,
    "console.schedule": ANSWERS,
    "console.save_record": ANSWERS,
    # every page's stream of change notices
    "console.events": STAFF,
    # the roster
    "console.roster": STAFF,
    "console.who_json": STAFF,
    "console.gaps_json": STAFF,
    "console.hours_json": STAFF,
    "console.feed": ANYBODY,  # a calendar cannot sign in: the address is the key
    "console.feeds": STAFF,
    "console.make_feed": STAFF,
    "console.remove_feed": STAFF,
    "console.my_shifts": STAFF,
    "console.see_notice": STAFF,  # one's own
    "console.text_me": STAFF,  # oneself
    "console.confirm_shift": STAFF,  # one's own; a coordinator also another's: roster_mine
    "console.cover": STAFF,
    "console.ask_cover": STAFF,
    "console.withdraw_cover": STAFF,
    "console.take_cover": ANSWERS,
    "console.agree_cover": PLANS,
    "console.decline_cover": PLANS,
    "console.turn_down_cover": STAFF,
    "console.swap": STAFF,
    "console.propose_swap": STAFF,
    "console.time_off": STAFF,
    "console.ask_time_off": STAFF,
    "console.withdraw_time_off": STAFF,
    "console.agree_time_off": PLANS,
    "console.decline_time_off": PLANS,
    "console.coverage": OVERSEES,
    "console.route": OVERSEES,
    "console.staffing": OVERSEES,
    "console.roster_entries": PLANS,
    "console.new_entry": PLANS,
    "console.add_entry": PLANS,
    "console.entry": PLANS,
    "console.change_entry": PLANS,
    "console.remove_entry": PLANS,
    "console.shift": PLANS,
    "console.give_shift": PLANS,
    "console.move_shift": PLANS,
    "console.select_shifts": PLANS,
    "console.copy_week": PLANS,
    "console.imports": PLANS,
    "console.preview_import": PLANS,
    "console.take_import": PLANS,
    "console.publication": PLANS,
    "console.publish": PLANS,
    "console.discard_draft": PLANS,
    "console.undo": PLANS,
    "console.choose": PLANS,
    "console.revisions": PLANS,
    "console.revision": PLANS,
    # the board
    "console.board_page": STAFF,
    "console.board_panel": STAFF,
    # promises
    "console.followups": STAFF,
    "console.followup": STAFF,  # one's own, and what is due for anybody; overseers every one
    "console.followup_texts": STAFF,  # the same
    "console.reassign": OVERSEES,
    "console.revoke_consent": STAFF,
    "console.wrong_number": STAFF,
    "console.revoke_texts": STAFF,
    "console.decide": OVERSEES,
    # figures and people
    "console.figures": OVERSEES,
    "console.figures_csv": OVERSEES,
    "console.contacts": frozenset({SUPERVISOR}),
    "console.people": STAFF,
    "console.new_person": frozenset({ADMINISTRATOR}),
    "console.add_person": frozenset({ADMINISTRATOR}),
    "console.person": frozenset({ADMINISTRATOR}),
    "console.change_person": frozenset({ADMINISTRATOR}),
    "console.psaps": frozenset({ADMINISTRATOR}),
    "console.make_psap_key": frozenset({ADMINISTRATOR}),
    "console.end_psap_key": frozenset({ADMINISTRATOR}),
    # imminent risk
    "console.rescues": ANSWERS,
    "console.open_rescue": ANSWERS,
    "console.rescue_consent": ANSWERS,
    "console.rescue_step": ANSWERS,
    "console.rescue_contact": ANSWERS,
    "console.close_rescue": ANSWERS,
    # mobile crews
    "console.crews": SENDS_CREWS,
    "console.crew_form": OVERSEES_CREWS,
    "console.request_crew": OVERSEES_CREWS,
    "console.crew_form_of_call": ANSWERS,
    "console.request_crew_of_call": ANSWERS,
    "console.crew_visit": SENDS_CREWS,
    "console.change_crew_visit": SENDS_CREWS,
    "console.crew_step": SENDS_CREWS,
    "console.ask_crew": SENDS_CREWS,
    "console.explain_leaving": ANSWERS,  # one's own
    "console.add_crew": OVERSEES_CREWS,
    "console.renew_crew_address": OVERSEES_CREWS,
    "console.end_crew_address": OVERSEES_CREWS,
    "console.end_crew": OVERSEES_CREWS,
    # referrals
    "console.referrals": REFERS,
    "console.referrals_of_call": ANSWERS,
    "console.make_referral": ANSWERS,
    "console.referral_step": REFERS,
    "console.directory": READS_DIRECTORY,
    "console.directory_json": READS_DIRECTORY,
    "console.directory_zip": READS_DIRECTORY,
    "console.preview_directory": PLANS,
    "console.take_directory": PLANS,
    # response plans
    "console.response_plans": READS_RESPONSE_PLANS,
    "console.response_plan": READS_RESPONSE_PLANS,
    "console.write_response_plan": WRITES_RESPONSE_PLANS,
    "console.revise_response_plan": WRITES_RESPONSE_PLANS,
    "console.end_response_plan": WRITES_RESPONSE_PLANS,
    # records
    "console.fhir_of_call": OVERSEES_PEOPLE,
    "console.fhir_of_followup": OVERSEES_PEOPLE,
    "console.record": READS_RECORDS,
    "console.safety_plan": READS_RECORDS,
    "console.take_over_plan": ANSWERS,
}


def allowed(endpoint: str | None) -> frozenset[str]:
    """The roles that may ask `endpoint`; nobody when the table does not name it."""
    return ALLOWED.get(endpoint or "", frozenset())
