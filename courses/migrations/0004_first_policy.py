from datetime import date

from django.db import migrations

# The defaults of design §6, stated here once more on purpose: a version is a document, not what the code says today.
DOCUMENT = {'hour_minutes': 45,
 'day_hours_max': 8,
 'completion_ratio': 80,
 'class_yellow': 90,
 'class_red': 80,
 'cards_red_block': 2,
 'cards_yellow_block': 3,
 'submit_lead_days': 5,
 'review_days': 3,
 'size_entrepreneurship': 30,
 'size_skills': 50,
 'theory_share_min': 40,
 'practice_share_min': 40,
 'completions_per_year': 3,
 'age_min': 16,
 'qr_step_seconds': 10,
 'qr_steps_back': 2,
 'ticket_minutes': 10,
 'checkin_opens_minutes': 30,
 'checkin_present_minutes': 15,
 'checkout_opens_minutes': 15,
 'checkout_closes_minutes': 30,
 'checkout_required': True,
 'undo_seconds': 60,
 'manual_share_flag': 10,
 'late_addition_hours': 24,
 'leave_late_days': 3,
 'dispute_days': 7,
 'dispute_answer_days': 3,
 'pass_mark': 60,
 'callback_share': 10,
 'public_notice_days': 5,
 'device_days': 180,
 'devices_most': 2,
 'device_changes_a_day': 2,
 'phone_rest_days': 180,
 'personal_fresh_seconds': 90,
 'personal_skew_minutes': 10,
 'second_scan_share': 10,
 'kiosk_hours': 12,
 'scan_photo_megabytes': 8,
 'file_years': 10,
 'reveals_a_day': 20,
 'count_date': 'class_end',
 'counts_as': {'tot': 'own', 'mgr': 'own', 'guide': 'own'},
 'entrepreneurship_in_skills': False,
 'approval_undo_minutes': 10,
 'sample_share': 5,
 'offer_hours': 24,
 'offer_cutoff_hours': 12,
 'no_show_lessons': 2,
 'trainers_entrepreneurship': 2,
 'travel_minutes': 30,
 'travel_minutes_far': 60,
 'check_hours': 'block',
 'check_min_hours': 'warn',
 'check_day_hours': 'block',
 'check_shares': 'warn',
 'check_size': 'block',
 'check_trainers': 'block',
 'check_lead': 'warn',
 'check_overlap': 'block',
 'check_room_clash': 'warn',
 'check_trainer_clash': 'warn',
 'check_learner_clash': 'warn',
 'check_trade': 'warn',
 'check_cards': 'block',
 'eligibility': {'under_age': 'block',
                 'over_age': 'warn',
                 'retired': 'warn',
                 'category_missing': 'block',
                 'category_not_meant': 'block',
                 'graduation_unknown': 'warn',
                 'not_graduating': 'block',
                 'same_module': 'block',
                 'higher_level': 'block',
                 'overlap': 'block',
                 'many_this_year': 'warn',
                 'criteria': 'block',
                 'proof_missing': 'warn'},
 'ages': {'camp': [18, 60]},
 'retirement_ages': {'1': 60, '2': 55},
 'categories': {'mgr': ['employee', 'transfer', 'owner']},
 'criteria': {'camp': [['venture',
                        '我已经创业，或者有正在推进的创业项目',
                        'I run a young business, or a start-up project is under way'],
                       ['attend', '我能全程参加训练营', 'I can take part in the whole camp']]},
 'proof_categories': ['grad', 'gradoff', 'student', 'juvenile', 'veteran', 'disabled', 'transfer', 'owner'],
 'proof_megabytes': 8,
 'proof_files': 4,
 'proof_unused_days': 90,
 'draft_days': 30,
 'counter_entry_hours': 12,
 'roster_file_days': 30,
 'selection_sheets': {'camp': [['venture', '项目可行性', 'Feasibility of the project', 10, 30],
                               ['growth', '成长潜力', 'Potential to grow', 10, 25],
                               ['team', '本人和团队', 'Founder and team', 10, 25],
                               ['jobs', '带动就业', 'Jobs created', 10, 20]]},
 'selection_gap': 15,
 'selection_pass': 60,
 'rollcall_minutes': 3,
 'rollcall_pictures': 6,
 'rollcall_tries': 2,
 'rollcall_suggest': True,
 'headcount_minutes': 5,
 'signals': {'device_people': 2,
             'burst_people': 5,
             'burst_seconds': 10,
             'burst_spread_ms': 150,
             'late_ms': 15000,
             'late_people': 3,
             'absentees': 1,
             'head_difference': 1,
             'no_checkout_people': 3,
             'no_checkout_share': 30},
 'small_number': 10,
 'certificate_years': {},
 'assessments': {}}

COMMITMENT = (
    "本机构郑重承诺：一、开班申请的全部材料真实、准确、完整；二、按批准的教学计划、教师、地点和学时组织培训，"
    "不虚报人数，不代签代刷，不减少学时；三、如实记录考勤和考核，接受抽查、回访和审计；四、依法保护学员个人信息，"
    "不向学员违规收费。如有不实，愿退回相应补贴资金，并承担法律责任。"
)


def publish(apps, editor):
    version = apps.get_model("courses", "PolicyVersion")
    version.objects.get_or_create(
        number="v1",
        defaults={"effective_on": date(2020, 1, 1), "document": DOCUMENT, "note": "出厂默认"},
    )


def word_the_commitment(apps, editor):
    apps.get_model("courses", "CommitmentText").objects.get_or_create(
        number="2020-1", defaults={"effective_on": date(2020, 1, 1), "body": COMMITMENT}
    )


class Migration(migrations.Migration):
    dependencies = [("courses", "0003_append_only")]

    operations = [
        migrations.RunPython(publish, migrations.RunPython.noop),
        migrations.RunPython(word_the_commitment, migrations.RunPython.noop),
    ]
