"""What is assumed of people, each number with where it comes from. Nothing else in this folder is a number of people.

Sources: S11 and S71 of reference trust-and-ux.md (relay scripts, rotating-code study); P: the product's own policy;
J: judgement, stated before the first run and not changed for its result.
"""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Assumptions:
    # The class.
    people: int = 50
    lessons: int = 6
    lesson_minutes: int = 180
    two_trainers: float = 0.5
    # Who comes.
    absent: float = 0.04
    late: float = 0.03
    no_phone: float = 0.01
    couples: int = 1
    walk_ins: float = 0.3
    # Phones and networks.
    flat_phone: float = 0.02
    aim_seconds: tuple[float, float] = (1.0, 4.0)
    post_seconds: tuple[float, float] = (0.3, 3.0)
    first_sign_in_seconds: tuple[float, float] = (15.0, 90.0)
    slow_sms: float = 0.03
    slow_sms_minutes: tuple[float, float] = (3.0, 14.0)
    wrong_clock: float = 0.05
    # The trainer.
    trainer_scans: float = 0.95
    trainer_settles: float = 0.95
    trainer_mistakes: float = 0.02
    roll_call: float = 0.7
    roll_call_answered: float = 0.93
    roll_call_ticked: float = 0.8
    head_count: float = 0.5
    out_of_room: float = 0.02
    # Leaving.
    forgets_check_out: float = 0.05
    trainer_marks_out: float = 0.9
    # Without network.
    code_not_opened: float = 0.03
    hand_over_minutes: tuple[float, float] = (20.0, 90.0)
    slow_hand_over: float = 0.05
    slow_hand_over_minutes: tuple[float, float] = (150.0, 600.0)
    stolen_hours: tuple[float, float] = (0.5, 30.0)
    # Ghosts and their friends.
    relay_seconds: float = 3.0
    reaction_seconds: tuple[float, float] = (1.0, 5.0)
    group_seconds: tuple[float, float] = (5.0, 120.0)
    relay_tries: int = 5
    picture_relayed: float = 0.8
    takes_back: float = 0.5
    friend_passes: float = 0.5


WORDS: dict[str, tuple[str, str]] = {
    "people": ("seats of a class, ghosts among them", "issue"),
    "lessons": ("lessons of a class: the shortest programme, GYB of 24 学时, in lessons of three hours", "P"),
    "lesson_minutes": ("minutes of a lesson", "P"),
    "two_trainers": ("classes with two trainers who take turns", "J"),
    "absent": ("an honest learner misses a lesson", "J"),
    "late": ("comes 16 to 40 minutes after the start", "J"),
    "no_phone": ("has no phone and carries a printed card, which the trainer scans", "J"),
    "couples": ("couples in a class who share one phone", "J"),
    "walk_ins": ("people a lesson who scan and are not enrolled, and sit in the room", "J"),
    "flat_phone": ("the phone is flat: the trainer marks arrival and leaving by hand", "J"),
    "aim_seconds": ("seconds from the code's turn or one's own to the scan", "S71"),
    "post_seconds": ("seconds from the scan to the post of a bound phone", "J"),
    "first_sign_in_seconds": ("seconds of the first sign-in, with an SMS", "J"),
    "slow_sms": ("the SMS of a first sign-in is slow", "J"),
    "slow_sms_minutes": ("minutes of a slow SMS; beyond ten the ticket is dead and the learner scans anew", "J"),
    "wrong_clock": ("the phone's clock is wrong, by up to 24 hours either way", "issue"),
    "trainer_scans": ("the trainer scans whoever the lesson asks for and is in the room", "J"),
    "trainer_settles": ("the trainer confirms by two digits somebody in the room who still waits", "J"),
    "trainer_mistakes": ("the trainer confirms somebody who waits and is not in the room", "J"),
    "roll_call": ("the trainer follows the reminder of a roll-call", "J"),
    "roll_call_answered": ("somebody in the room answers it within three minutes", "J"),
    "roll_call_ticked": ("the trainer ticks somebody in the room who did not", "J"),
    "head_count": ("the trainer counts heads in a lesson", "J"),
    "out_of_room": ("somebody is out of the room at the moment of counting", "J"),
    "forgets_check_out": ("forgets to scan out", "J"),
    "trainer_marks_out": ("the trainer marks who forgot", "J"),
    "code_not_opened": ("has not opened the own code that day, and is marked by hand in a room without network", "J"),
    "hand_over_minutes": ("minutes after class until the phone of such a room hands in", "J"),
    "slow_hand_over": ("it hands in later than the two hours of policy, and another person confirms", "J"),
    "slow_hand_over_minutes": ("minutes after class then", "J"),
    "stolen_hours": ("hours after its lesson at which a stolen phone hands in", "J"),
    "relay_seconds": ("seconds from photograph to the ghost's phone, median; log-normal, σ 0.5", "S11"),
    "reaction_seconds": ("seconds until the ghost has opened what came", "J"),
    "group_seconds": ("seconds until a picture posted to a group chat is opened", "J"),
    "relay_tries": ("codes that a friend forwards until one works", "J"),
    "picture_relayed": ("the picture of a roll-call reaches the ghost within three minutes", "J"),
    "takes_back": ("a ghost who is asked to come to the trainer presses 不是我 within a minute", "J"),
    "friend_passes": ("a friend who shows a ghost's code to the trainer is taken for the ghost", "J"),
}
assert set(WORDS) == {field.name for field in fields(Assumptions)}
