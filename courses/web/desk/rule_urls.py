"""Addresses of the rules: their versions, and what is put forward about them."""

from django.urls import path

from courses.web.desk import glyphs, rules

urlpatterns = [
    path("rules/", rules.desk_rules, name="desk_rules"),
    path("rules/policy/", rules.desk_rule_policy, name="desk_rule_policy"),
    path("rules/commitment/", rules.desk_rule_commitment, name="desk_rule_commitment"),
    path("glyphs/", glyphs.desk_glyphs, name="desk_glyphs"),
    path("glyph/<str:number>/", glyphs.desk_glyph_decide, name="desk_glyph_decide"),
    path("rule/<str:number>/", rules.desk_rule, name="desk_rule"),
    path("rule/<str:number>/confirm/", rules.desk_rule_confirm, name="desk_rule_confirm"),
    path("rule/<str:number>/return/", rules.desk_rule_return, name="desk_rule_return"),
    path("rule/<str:number>/back/", rules.desk_rule_take_back, name="desk_rule_take_back"),
]
