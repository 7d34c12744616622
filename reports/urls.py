from django.urls import path

from reports import campaign_views, explanation_views, feed_views, link_views, state_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("actions/<str:key>/liens/", link_views.action_links, name="action-links"),
    path("actions/<str:key>/liens/<int:link_id>/retirer/", link_views.unlink, name="action-unlink"),
    path("fiches/", views.fiches, name="fiches"),
    path("fiches/<int:number>/", views.fiche, name="fiche"),
    path("explications/", explanation_views.explanations, name="explanations"),
    path("explications.xlsx", explanation_views.explanations_xlsx, name="explanations-xlsx"),
    path("explications/<str:code>/<str:period>/", explanation_views.explanation, name="explanation"),
    path("documents/", views.documents, name="documents"),
    path("documents/<int:edition_id>/", views.edition, name="edition"),
    path("documents/<int:edition_id>/pdf", views.edition_pdf, name="edition-pdf"),
    path("calendrier/", campaign_views.calendar, name="calendar"),
    path("calendrier/flux/", feed_views.feeds, name="feeds"),
    path("calendrier/flux/<int:feed_id>/revoquer/", feed_views.revoke, name="feed-revoke"),
    path("calendrier/flux/<str:secret>.ics", feed_views.read, name="feed"),
    path("campagnes/", campaign_views.campaigns, name="campaigns"),
    path("campagnes/<str:quarter>/", campaign_views.campaign, name="campaign"),
    path("campagnes/<str:quarter>/transmettre/", campaign_views.transmit, name="campaign-transmit"),
    path("transmissions/", state_views.transmissions, name="transmissions"),
    path("transmissions/<int:transmission_id>/", state_views.transmission, name="transmission"),
    path("transmissions/<int:transmission_id>/recu.pdf", state_views.receipt, name="transmission-receipt"),
    path("transmissions/<int:transmission_id>/contenu.json", state_views.content, name="transmission-content"),
    path("transmissions/<int:transmission_id>/resultats.xlsx", state_views.figures, name="transmission-figures"),
    path("transmissions/<int:transmission_id>/differences/", state_views.differences, name="transmission-differences"),
    path("transmissions/<int:transmission_id>/notes/", state_views.note, name="transmission-note"),
    path("transmissions/<int:transmission_id>/<str:code>/", state_views.sheet, name="transmission-sheet"),
]
