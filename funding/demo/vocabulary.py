"""The names of the demonstration: common French ones, put together at random."""

from __future__ import annotations

FIRST_NAMES = tuple(
    "Camille Claude Dominique Agnès Aïcha Alain Alice Amélie Anaïs André Anne Antoine Arnaud "
    "Aurélie Baptiste Béatrice Benoît Bertrand Brigitte Bruno Catherine Cécile Céline Charlotte "
    "Christian Christophe Clément Corinne Damien Delphine Denis Didier Élise Élodie Emmanuel "
    "Éric Étienne Fabrice Fatima Florence Franck François Frédéric Gaëlle Gérard Gilles Guillaume "
    "Hélène Henri Hugo Inès Isabelle Jacques Jean Jérôme Joëlle Julie Karim Laure Laurent "
    "Léa Louis Lucie Marc Marie Martine Mathieu Maxime Mehdi Michel Mireille Monique Nadia "
    "Nathalie Nicolas Noémie Olivier Pascal Patricia Paul Philippe Pierre Quentin Rachid Raphaël "
    "Rémi Romain Sabine Samir Sandrine Sarah Sébastien Serge Simon Solène Sophie Stéphane Sylvie "
    "Thierry Thomas Valérie Véronique Vincent Virginie Xavier Yann Yasmine Yves Zoé".split()
)

LAST_NAMES = tuple(
    "ADAM ANDRÉ ARNAUD AUBERT BAILLY BARBIER BARON BENALI BENOIT BERGER BERNARD BERTRAND BLANC "
    "BLANCHARD BONNET BOUCHER BOURGEOIS BOYER BRUN BRUNET CARON CARPENTIER CHARLES CHEVALIER "
    "CLÉMENT COLIN COLLET CORDIER DA-SILVA DANIEL DAVID DENIS DESCHAMPS DIALLO DUBOIS DUFOUR DUMAS "
    "DUMONT DUPONT DUPUIS DUPUY DURAND DUVAL ÉTIENNE FABRE FAURE FERNANDEZ FLEURY FONTAINE "
    "FOURNIER FRANÇOIS GAILLARD GARCIA GARNIER GAUTHIER GAUTIER GÉRARD GIRARD GIRAUD GUÉRIN "
    "GUILLAUME GUILLOT HENRY HUBERT HUET JACOB JACQUET JEAN JOLY JULIEN LACROIX LAMBERT LAURENT "
    "LE-GALL LE-ROUX LEBLANC LECLERC LECOMTE LEFEBVRE LEFÈVRE LEGRAND LEMAIRE LEMOINE LEROY "
    "LÉVÊQUE LOPEZ LOUIS LUCAS MAILLARD MALLET MARCHAND MARIE MARTIN MARTINEZ MARTY MASSON "
    "MATHIEU MERCIER MEUNIER MEYER MICHEL MOREAU MOREL MORIN MOULIN MULLER NGUYEN NICOLAS NOËL "
    "OLIVIER PARIS PASQUIER PAYET PELLETIER PÉREZ PERRIN PHILIPPE PICARD PIERRE POIRIER PONS "
    "PRÉVOST REMY RENARD RENAUD REY RICHARD RIVIÈRE ROBERT ROBIN ROCHE RODRIGUEZ ROGER ROLLAND "
    "ROUSSEAU ROUSSEL ROUX ROY SANCHEZ SCHMITT SIMON TESSIER THOMAS TRAORÉ VASSEUR VIDAL VINCENT "
    "WEBER YILMAZ".split()
)

# Town and postal code, the department of Corsica and of overseas included.
TOWNS = tuple(
    (name.replace("_", " "), code)
    for name, code in (
        item.split(":")
        for item in (
            "Bourg-en-Bresse:01000 Laon:02000 Moulins:03000 Digne-les-Bains:04000 Gap:05000 "
            "Nice:06000 Antibes:06600 Privas:07000 Troyes:10000 Carcassonne:11000 Rodez:12000 "
            "Marseille:13008 Aix-en-Provence:13100 Caen:14000 Aurillac:15000 Angoulême:16000 "
            "La_Rochelle:17000 Bourges:18000 Brive-la-Gaillarde:19100 Ajaccio:20000 Bastia:20200 "
            "Dijon:21000 Saint-Brieuc:22000 Guéret:23000 Périgueux:24000 Besançon:25000 "
            "Valence:26000 Évreux:27000 Chartres:28000 Quimper:29000 Brest:29200 Nîmes:30000 "
            "Toulouse:31000 Auch:32000 Bordeaux:33000 Arcachon:33120 Montpellier:34000 "
            "Béziers:34500 Rennes:35000 Saint-Malo:35400 Châteauroux:36000 Tours:37000 "
            "Grenoble:38000 Lons-le-Saunier:39000 Mont-de-Marsan:40000 Blois:41000 "
            "Saint-Étienne:42000 Le_Puy-en-Velay:43000 Nantes:44000 Orléans:45000 Cahors:46000 "
            "Agen:47000 Angers:49000 Cherbourg-en-Cotentin:50100 Reims:51100 Chaumont:52000 "
            "Laval:53000 Nancy:54000 Vannes:56000 Lorient:56100 Metz:57000 Nevers:58000 Lille:59000 "
            "Dunkerque:59140 Beauvais:60000 Alençon:61000 Arras:62000 Calais:62100 "
            "Clermont-Ferrand:63000 Pau:64000 Bayonne:64100 Tarbes:65000 Perpignan:66000 "
            "Strasbourg:67000 Colmar:68000 Mulhouse:68100 Lyon:69003 Villeurbanne:69100 "
            "Vesoul:70000 Chalon-sur-Saône:71100 Le_Mans:72000 Chambéry:73000 Annecy:74000 "
            "Paris:75011 Paris:75015 Rouen:76000 Le_Havre:76600 Melun:77000 Versailles:78000 "
            "Niort:79000 Amiens:80000 Albi:81000 Montauban:82000 Toulon:83000 Avignon:84000 "
            "La_Roche-sur-Yon:85000 Poitiers:86000 Limoges:87000 Épinal:88000 Auxerre:89000 "
            "Belfort:90000 Évry-Courcouronnes:91000 Nanterre:92000 Saint-Denis:93200 Créteil:94000 "
            "Cergy:95000 Pointe-à-Pitre:97110 Fort-de-France:97200 Cayenne:97300 "
            "Saint-Denis:97400 Saint-Pierre:97410 Mamoudzou:97600"
        ).split()
    )
)

PLACES = tuple(
    "de la Gare|du Parc|des Tilleuls|du Vieux Port|de l’Europe|des Quatre Vents|du Château|"
    "de la Cathédrale|des Platanes|du Canal|de la République|Saint-Michel|Sainte-Anne|des Remparts|"
    "du Marché|Pasteur|Jean-Jaurès|des Lilas|du Belvédère|de la Fontaine|des Jacobins|du Lac|"
    "de l’Hôtel de ville|du Pont-Neuf|des Halles|de la Plage|Victor-Hugo|des Acacias|du Grand Pré|"
    "de l’Étoile|des Ursulines|de la Citadelle".split("|")
)

# Specialty and how many doctors in a thousand have it; the last three are excluded by ELI-002.
SPECIALTIES = (
    ("Médecine générale", 620),
    ("Pédiatrie", 45),
    ("Gynécologie-obstétrique", 45),
    ("Cardiologie", 50),
    ("Dermatologie et vénéréologie", 35),
    ("Ophtalmologie", 45),
    ("Psychiatrie", 60),
    ("Gastro-entérologie et hépatologie", 25),
    ("Rhumatologie", 20),
    ("Oto-rhino-laryngologie", 20),
    ("Pneumologie", 10),
    ("Biologie médicale", 10),
    ("Radiodiagnostic et imagerie médicale", 12),
    ("Médecine nucléaire", 3),
)
RADIOLOGY = "Radiodiagnostic et imagerie médicale"
NUCLEAR_MEDICINE = "Médecine nucléaire"
