//! What breaks a rule of typography or spelling within a text, and its neighbour that does not.

/// Rule, a text that breaks it, one that does not.
pub(super) const TYPOGRAPHY: &[(&str, &str, &str)] = &[
    (
        "typography/unbalanced",
        "큰따옴표(\")로 \"연 말",
        "큰따옴표(\")와 빈칸(\" \"), 마침표 \".\"를 씁니다",
    ),
    (
        "typography/unbalanced",
        "그는 “그렇다고 했다.",
        "그는 “그렇다”고 했다.",
    ),
    (
        "typography/unbalanced",
        "설명은 이렇습니다. “소수점을 읽습니다.\n\n다음 문단",
        "“길게 말합니다.\n\n“이어서 말합니다.”",
    ),
    (
        "typography/unbalanced",
        "이름(가칭을 정했다.",
        "이름(가칭)을 정했다. 1) 첫째 가) 둘째 :)",
    ),
    (
        "typography/unbalanced",
        "그것은 ‘C++의 목표였다.",
        "A New Attempt at C++'s Main Goal, C#'s too, and the `gzip`'d files",
    ),
    (
        "typography/unbalanced",
        "『어린 왕자를 읽었다.",
        "『어린 왕자』를 읽었다.",
    ),
    (
        "typography/unbalanced",
        "그는 f(x=(-3이라고 적었다.",
        "x=(-3)이고 y=(+2)이다. 정답:(“예”)라고 적었다. 아쉽다 :( 그래도 (조금은) 괜찮다 :-(",
    ),
    (
        "typography/mixed-quotes",
        "'왜 바꾸는가’를 읽고",
        "‘왜 바꾸는가’를 읽고",
    ),
    (
        "typography/mixed-quotes",
        "“그렇다\"고 했다",
        "\"그렇다\"고 했다",
    ),
    ("typography/doubled-particle", "모델은는 작다", "은은한 빛"),
    (
        "typography/doubled-particle",
        "모델을를 쓴다",
        "이 마을을 떠난다",
    ),
    (
        "typography/particle-form",
        "책를 읽는다",
        "책을 서두를 것 없이, 잠시 들를 곳에서",
    ),
    (
        "typography/particle-form",
        "사과을 먹는다",
        "가을을 지을 나을 마을 노을",
    ),
    (
        "typography/particle-form",
        "서울으로 간다",
        "앞으로 집으로 스스로 서울로",
    ),
    (
        "typography/particle-form",
        "모델와 사람",
        "사과와 효과, 다녀와 도와",
    ),
    (
        "typography/space-before-particle",
        "사람 는 생각한다",
        "나는 생각한다. 일본 에도 시대",
    ),
    (
        "typography/space-before-particle",
        "GitHub 에서 본다",
        "GitHub에서 본다",
    ),
    (
        "typography/particle-form",
        "예을 들어 주소을 적는다",
        "태을 진인과 하을이, 소을. 김하을 작가와 한예을 씨, 이소을 님",
    ),
    (
        "typography/space-before-particle",
        "회사 에 다닌다",
        "리베르테 에 에갈리테를 외쳤다",
    ),
    (
        "typography/space-after-quotation",
        "“무조건 좋을까?” 라는 의문",
        "“무조건 좋을까?”라는 의문",
    ),
    (
        "typography/dependent-noun",
        "할수 있다",
        "할 수 있다. 할수록 실수 없이",
    ),
    (
        "typography/dependent-noun",
        "하는것이 좋다",
        "이것은 탈것이다",
    ),
    ("typography/dependent-noun", "생각할때", "그때 한때 때때로"),
    ("typography/percent-space", "30 %가", "30%가, 100 %d"),
    (
        "typography/punctuation-space",
        "그렇다 . 그리고",
        "그렇다. .NET과 3.5",
    ),
    (
        "typography/punctuation-space",
        "그렇습니다.그리고",
        "그렇습니다. 그리고",
    ),
    (
        "typography/doubled-word",
        "서점에 가서 갑니다",
        "서점에 가서 책을 삽니다",
    ),
    (
        "typography/doubled-word",
        "Yes and and no",
        "Tracking issue for Option::is_some_and and Result::is_ok_and",
    ),
    (
        "typography/doubled-word",
        "그리고 그리고 갔다",
        "하나 하나 천천히 천천히",
    ),
    (
        "typography/doubled-word",
        "in the the house",
        "that that is, is",
    ),
    (
        "typography/ellipsis",
        "글쎄.. 모르겠다",
        "글쎄... 모르겠다 1..10 ../a",
    ),
    (
        "typography/ellipsis",
        "글쎄‥ 모르겠다",
        "글쎄… 모르겠다. 정말이다....",
    ),
    ("typography/full-width", "ＡＩ 모델", "AI 모델（참고）"),
    (
        "typography/decomposed-hangul",
        "\u{1112}\u{1161}\u{11AB}글",
        "한글 ㅋㅋㅋ",
    ),
    (
        "typography/dependent-noun",
        "모두 열 두 곳에서 나왔습니다.",
        "열이 나서 두 번 쟀다. 열 두 번 끓였다.",
    ),
    (
        "typography/dependent-noun",
        "배포가 잦을 수록 사고가 준다.",
        "소설 수록 잡지, 글을 수록한 책",
    ),
    (
        "typography/space-before-particle",
        "디자인 을 바꾸는 일",
        "갑 을 관계. 이때 을 은 병과 다르다. 10일 을 전후해",
    ),
    (
        "typography/doubled-particle",
        "읽어 주신 모든 분께께 고맙습니다.",
        "모든 분께 고맙습니다.",
    ),
    (
        "typography/particle-form",
        "화면가 한결 가벼워졌습니다. 표 6가 그렇다.",
        "종로 6가에서, 회원가로, 대학가의 문장가",
    ),
    (
        "typography/spelling",
        "결제 담당자로써 사과드립니다.",
        "글자로써 말합니다",
    ),
    (
        "typography/spelling",
        "Her maps had landmarks insted of streets.",
        "instead of streets",
    ),
    (
        "typography/spelling",
        "We would like to here from you.",
        "Stay here from now on.",
    ),
    (
        "typography/invisible",
        "종이\u{7}울린다 \u{1B}[31m빨강",
        "탭은\t보인다",
    ),
    ("typography/invisible", "보이지\u{200B}않는", "👩‍💻 이모지 ❤️"),
    ("typography/spelling", "그렇게 됬다", "그렇게 됐다"),
    (
        "typography/spelling",
        "몇일 뒤",
        "며칠 뒤, 몇 월 며칠, 길이는 몇일까요",
    ),
    (
        "typography/spelling",
        "이런 일은 처음이였습니다",
        "고양이였다, 어린이였습니다",
    ),
    ("typography/spelling", "제 역활은", "지역활성화 사업"),
    ("typography/spelling", "그러면 안 되요", "‘되요’는 틀린 말"),
];
