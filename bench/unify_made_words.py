"""Words that the tables of ``unify_made.py`` are made of."""

from __future__ import annotations

# fmt: off
LOOK_ALIKE = {
    "o": "0", "l": "1", "s": "5", "b": "6", "i": "1", "e": "c", "m": "rn", "n": "h", "u": "v", "g": "q",
}
SUBURBS = (
    "richmond", "newtown", "carlton", "fitzroy", "ballarat", "geelong", "cairns", "dubbo", "mackay", "toowoomba",
    "ashfield", "brunswick",
)
TOWNS = (
    "devon", "london", "york", "kent", "leeds", "bristol", "norwich", "dublin", "oxford", "bath", "derby", "chester",
    "cornwall", "essex",
)
WORK = (
    "politician", "writer", "painter", "soldier", "poet", "botanist", "lawyer", "actor", "engineer", "cricketer", "priest",
)
PLACES = (
    "서울특별시 강남구", "서울특별시 마포구", "부산광역시 해운대구", "대구광역시 수성구", "경기도 성남시 분당구", "인천광역시 연수구",
)
SHORT = {
    "서울특별시": "서울", "부산광역시": "부산", "대구광역시": "대구", "경기도": "경기", "인천광역시": "인천",
}
ROADS = (
    "테헤란로", "봉은사로", "월드컵북로", "해운대로", "달구벌대로", "판교역로", "송도과학로", "양화로", "센텀중앙로", "불정로",
)
WARDS = (
    "역삼동", "삼성동", "서교동", "우동", "범어동", "삼평동", "송도동", "합정동", "재송동", "수내동",
)
TRADES = (
    ("전자", "Electronics"), ("상사", "Trading"), ("물산", "Industries"), ("테크", "Tech"), ("건설", "Construction"), ("식품", "Foods"),
)
SOUNDS = (
    ("한", "Han"), ("대", "Dae"), ("동", "Dong"), ("성", "Sung"), ("우", "Woo"), ("진", "Jin"), ("미", "Mi"), ("나", "Na"),
    ("서", "Seo"), ("광", "Kwang"),
)
MAKERS = (
    "Sony", "Panasonic", "Canon", "LG", "Samsung", "Bose", "Garmin", "Netgear", "Apple", "Nikon", "Philips", "Toshiba",
    "Whirlpool", "Frigidaire", "Yamaha", "Pioneer", "Linksys", "Logitech",
)
KINDS = (
    "Digital Camera", "LCD HDTV", "Microwave Oven", "Headphones", "Wireless Router", "GPS Navigator", "Speaker System",
    "Dishwasher", "Camcorder", "DVD Player", "Refrigerator", "Ink Cartridge", "USB Cable",
)
COLOURS = (
    "Black", "White", "Silver", "Stainless Steel", "Blue", "Red",
)
TRAITS = (
    "Energy Star", "1080p", "Bluetooth", "USB Port", "3x Optical Zoom", "Dolby Digital", "HDMI", "16GB", "720p",
    "2.5 cu. ft.",
)
PUBLISHERS = (
    "microsoft", "adobe", "intuit", "symantec", "broderbund", "encore", "topics", "activision", "ubisoft", "mcafee",
    "corel", "nova", "apple", "sage",
)
WORDS = (
    "studio", "office", "photo", "draw", "tax", "school", "print", "publisher", "deluxe", "suite", "learning", "typing",
    "spanish", "algebra", "movie", "video", "music", "design", "home", "works", "money", "quick", "creator", "master",
    "artist", "fantasy", "empire", "world", "legends", "racing", "chess",
)
EDITIONS = (
    "standard", "professional", "deluxe", "premium", "home", "student", "upgrade", "academic", "for mac", "win",
)
TOPICS = (
    "query", "database", "system", "distributed", "parallel", "optimization", "index", "efficient", "mining", "data",
    "stream", "learning", "semantic", "web", "services", "xml", "relational", "transaction", "processing", "large", "scale",
    "model", "algorithm", "approach", "framework", "analysis", "evaluation", "spatial", "temporal", "join", "view",
    "warehouse", "schema", "integration", "clustering", "classification", "adaptive", "dynamic", "cache", "memory",
    "storage", "network", "security", "privacy", "object", "active", "constraint", "logic", "knowledge", "discovery",
    "approximate", "similarity", "search", "retrieval", "visual", "image", "workflow", "cost", "estimation", "sampling",
    "histogram", "aggregation", "cube", "graph", "tree", "hash", "sequence", "pattern",
)
VENUES = (
    ("SIGMOD Conference", "International Conference on Management of Data", "Proc. ACM SIGMOD"),
    ("VLDB", "Very Large Data Bases", "Proc. of the Int. Conf. on VLDB"), ("VLDB J.", "The VLDB Journal", "VLDB Journal"),
    ("ACM Trans. Database Syst.", "ACM Transactions on Database Systems (TODS)", "TODS"),
    ("SIGMOD Record", "ACM SIGMOD Record", "SIGMOD Rec."),
)
FIRST = (
    "anna", "bernd", "carla", "david", "elena", "frank", "grace", "henry", "irene", "jack", "karen", "louis", "maria",
    "nora", "oscar", "peter", "quentin", "rosa", "samuel", "teresa", "ulrich", "vera", "walter", "xavier", "yvonne", "zoe",
    "wei", "jun", "hiro", "anil",
)
LAST = (
    "abiteboul", "brown", "chen", "dewitt", "eriksson", "franklin", "garcia", "halevy", "ioannidis", "jagadish", "kim",
    "lee", "miller", "naughton", "olston", "patel", "quass", "ramakrishnan", "stonebraker", "tanaka", "ullman", "vianu",
    "widom", "xu", "yang", "zaniolo", "schmidt", "novak", "rossi", "silva", "gupta", "kumar",
)
DINERS = (
    "golden", "blue", "cafe", "la", "the", "star", "grill", "bistro", "house", "palace", "garden", "villa", "chez", "casa",
    "old", "king", "ocean", "sushi", "pizza", "deli", "bar", "kitchen", "royal", "corner",
)
CITIES = (
    "los angeles", "new york", "san francisco", "atlanta", "las vegas", "chicago",
)
# fmt: on
