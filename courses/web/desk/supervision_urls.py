"""/desk/: call-backs, follow-up, what was found in rooms, and cards."""

from django.urls import path

from courses.web.desk import call_backs, card_steps, cards, follow_ups, room_checks

urlpatterns = [
    path("callbacks/", call_backs.desk_call_backs, name="desk_call_backs"),
    path("class/<str:number>/callbacks/", call_backs.desk_call_back, name="desk_call_back"),
    path("callback/<str:code>/", call_backs.desk_call_back_answer, name="desk_call_back_answer"),
    path("callback/<str:code>/number/", call_backs.desk_call_back_number, name="desk_call_back_number"),
    path("followups/", follow_ups.desk_follow_ups, name="desk_follow_ups"),
    path("class/<str:number>/followups/", follow_ups.desk_follow_up, name="desk_follow_up"),
    path("followup/<str:code>/", follow_ups.desk_follow_up_enter, name="desk_follow_up_enter"),
    path("followup/<str:code>/number/", follow_ups.desk_follow_up_number, name="desk_follow_up_number"),
    path("checks/", room_checks.desk_room_checks, name="desk_room_checks"),
    path("check/<str:number>/", room_checks.desk_room_check, name="desk_room_check"),
    path("lesson/<str:name>/check/", room_checks.desk_room_check_new, name="desk_room_check_new"),
    path("cards/", cards.desk_cards, name="desk_cards"),
    path("card/<str:number>/", cards.desk_card, name="desk_card"),
    path("institution/<str:number>/card/", cards.desk_card_new, name="desk_card_new"),
    path("class/<str:number>/card/", cards.desk_class_card_new, name="desk_class_card_new"),
    path("card/<str:number>/show/", card_steps.desk_card_confirm, name="desk_card_confirm"),
    path("card/<str:number>/drop/", card_steps.desk_card_drop, name="desk_card_drop"),
    path("card/<str:number>/object/", card_steps.desk_card_object, name="desk_card_object"),
    path("card/<str:number>/answer/", card_steps.desk_card_answer, name="desk_card_answer"),
    path("card/<str:number>/withdraw/", card_steps.desk_card_withdraw, name="desk_card_withdraw"),
    path("card/<str:number>/withdraw/agree/", card_steps.desk_card_withdraw_agree, name="desk_card_withdraw_agree"),
    path("card/<str:number>/withdraw/refuse/", card_steps.desk_card_withdraw_refuse, name="desk_card_withdraw_refuse"),
]
