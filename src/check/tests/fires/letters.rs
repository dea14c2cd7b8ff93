//! Letters, particles and spaces that are never right, and their neighbours that are.

/// Rule, a text that breaks it, one that does not.
pub(super) const LETTERS: &[(&str, &str, &str)] = &[
    (
        "typography/particle-form",
        "오래된 서버이 켜졌습니다",
        "아이 사이에 종이 차이, 친구이자",
    ),
    (
        "typography/particle-form",
        "운영 팀와 개발 팀",
        "도와 나와 기와",
    ),
    (
        "typography/particle-form",
        "소비자은 모른다",
        "집을 지은 사람, 수은 전지",
    ),
    (
        "typography/particle-form",
        "서울는 크다",
        "서울은 크다. 먹는 사람",
    ),
    (
        "typography/article",
        "She ate a apple.",
        "Plan a is an hour of a unique user.",
    ),
    (
        "typography/loose-letter",
        "안녕하세ㅛ",
        "ㅋㅋ 좋아요ㅠㅠ, ‘-ㄴ다’",
    ),
    (
        "typography/double-space",
        "오늘은  쉽니다",
        "오늘은 쉽니다.  내일은",
    ),
    ("typography/mojibake", "í•œê¸€ 깨짐", "naïve, fête, así"),
    ("typography/mojibake", "¾È³çÇÏ¼¼¿ä", "«Où?» ¡Así!"),
    ("typography/mojibake", "占쏙옙 깨짐", "占은 점칠 점"),
    ("typography/spelling", "돼는 일이 없다", "되는 일이 없다"),
    (
        "typography/spelling",
        "나는 밥을 않 먹는다",
        "먹지 않 는다고는 쓰지 않는다",
    ),
    ("typography/spelling", "그러지 안습니다", "아기를 안습니다"),
    ("typography/spelling", "내가 먹을께", "선생님께, 딸께"),
    (
        "typography/spelling",
        "출석율이 높다",
        "출석률과 비율, 자율",
    ),
    (
        "typography/dependent-noun",
        "그렇기때문에",
        "그렇기 때문에, 때문에",
    ),
    (
        "typography/dependent-noun",
        "할 수있다",
        "할 수 있다. 수없이 많다",
    ),
    (
        "typography/dependent-noun",
        "두번째 이야기",
        "두 번째 이야기, 한번 보자",
    ),
    (
        "typography/dependent-noun",
        "사람 들이 많다",
        "집 안에 사람을 들이다",
    ),
    (
        "typography/doubled-word",
        "어제 어제 열렸다",
        "어제, 어제 같은 날",
    ),
    (
        "typography/doubled-word",
        "This is is a test.",
        "What it is is a test.",
    ),
    (
        "typography/particle-form",
        "ChatGPT을 쓴다",
        "ChatGPT를 쓴다",
    ),
    (
        "typography/particle-form",
        "3를 더한다",
        "3을 더한다. 시즌 3를 기다린다",
    ),
    (
        "typography/particle-form",
        "API이 있다",
        "API가 있다. 좋은 API이다",
    ),
    (
        "typography/particle-form",
        "‘바다’을 본다",
        "‘바다’를 보고 “가자”는 말",
    ),
    (
        "typography/particle-form",
        "박물관(서울)는 쉰다",
        "인공지능(AI)은 인공지능(AI)는",
    ),
    (
        "typography/particle-form",
        "Vercel를 쓴다",
        "Vercel을 쓴다. Discord를",
    ),
    (
        "typography/particle-form",
        "시장는 넓다",
        "먹는 사람, 남는 시간, 웃는 얼굴",
    ),
    (
        "typography/particle-form",
        "친구과 함께 간다",
        "사과 같은 얼굴, 초과 같은 말",
    ),
    (
        "typography/particle-form",
        "바다은 넓다",
        "더 나은 것, 김하은, 지은 책",
    ),
    ("typography/spelling", "올런지 모른다", "올는지 모른다"),
    (
        "typography/spelling",
        "먹을려고 한다",
        "살려고, 만들려고, 들으려고 한다",
    ),
    (
        "typography/spelling",
        "가도 되?",
        "쌀 한 되. 말하되 뜻 없이",
    ),
    ("typography/spelling", "말이 안 돼지요", "돼지고기와 흑돼지"),
    (
        "typography/spelling",
        "어서 오십시요",
        "어서 오십시오. 했음",
    ),
    (
        "typography/spelling",
        "뒷풀이와 윗층",
        "뒤풀이와 위층, 윗사람, 뒷사람",
    ),
    ("typography/spelling", "넉넉치 않다", "만만치 않다"),
    (
        "typography/dependent-noun",
        "갈것이다",
        "탈것과 날것, 별것 아니다",
    ),
    (
        "typography/dependent-noun",
        "알게되었다",
        "머지않아, 못지않게",
    ),
    ("typography/dependent-noun", "하고있다", "하고 있다"),
    (
        "typography/dependent-noun",
        "두사람이 왔다",
        "두통이 온 세대, 열대 과일, 한번 보자",
    ),
    (
        "typography/dependent-noun",
        "올때 보자",
        "물때를 본다. 볼때기, 제때",
    ),
    (
        "typography/space-before-particle",
        "오늘 부터",
        "오늘부터 내일까지",
    ),
];
