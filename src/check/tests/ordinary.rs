//! Ordinary sentences that no rule of content or typography may touch: news, essay, dialogue,
//! numbers, code, poems, names, in Korean and English.

use super::*;

const KOREAN: &str = r#"
지난주 공개된 소형 모델 세 가지를 나란히 써 보았습니다. 가격은 절반, 속도는 두 배라는데 정말 그럴까요?

가을이 깊어지면 마을 어귀의 은행나무가 먼저 물듭니다. 노을 진 들판을 지나 고을 원님이 살던 집을 찾았습니다.

“그렇게까지 해야 할까요?”라고 물었더니, 그는 “글쎄요… 저도 잘 모르겠습니다.”라고 답했다.

집을 지을 사람, 뒤를 이을 사람, 병이 나을 사람, 선을 그을 사람이 한자리에 모였다.

그는 서두를 이유가 없다며 들를 곳이 한 군데 더 있다고 했다. 다를 바 없는 하루였다.

아이가 고양이가 되는 꿈을 꾸었다. 나이가 들수록 차이가 커진다. 종이가 다 떨어졌다.

회의의 목적과 정의의 의의를 따져 물었다. 태도도 온도도 중요하다. 작가가 국가를 평가한다.

하나 하나 천천히 천천히, 빨리 빨리보다는 차근 차근. 매일 매일 조금 조금씩 나아간다.

사과와 효과, 결과와 성과, 초과와 투과. 도와 덕을 말하는 이와 함께 다녀와 보니 벌써 밤이었다.

일본 에도 시대의 그림이 서울로 왔다. 종로로 갈까, 을지로로 갈까. 물로 씻고 칼로 썰고 불로 익힌다.

이 책의 저자는 김지은, 박하은, 이가은 세 사람이다. 아이유(이지은)의 노래도 나온다.

실수 없이 일하는 사람은 없다. 필수 있는 조건은 아니지만 별수 없었다. 할수록 어렵고 볼수록 예쁘다.

이것은 저것과 다르고, 그것은 또 아무것도 아니다. 탈것과 먹을거리, 볼거리를 챙겼다.

그때 그 사람은 한때 유명했다. 제때 밥을 먹고 이때다 싶으면 움직인다. 때때로 마을 때문에 울었다.

1) 첫째, 2) 둘째, 가) 셋째. (i) 언제 올지 모르는 택시, (ii) 모르는 동네의 요금.

참석자는 10~20명, 비용은 30~50만 원, 시간은 오전 9시~오후 6시입니다. (약 ~5분 소요)

2026년 11월 23일 월요일 오전 8시, 11월 26일(목)에 다시 뵙겠습니다. 12/25(금)은 쉽니다.

매출은 30% 늘었고, 이용자는 1,200만 명을 넘었다. 27" 모니터와 6' 2" 선수, 3.5인치 디스켓.

‘왜 느린 팀이 먼저 도착하는가’를 읽었다. 『어린 왕자』와 「소나기」, 《토지》와 〈광장〉도 다시 꺼냈다.

Every사의 Evan님은 "don't be evil"이라는 말을 좋아하지 않는다. '90년대의 웹은 느렸다.

.NET과 C#, Node.js, v2.0.1, 3.14, e.g. 같은 표기도 있다. `cargo build --release`를 실행한다.

AI가 쓴 글인지, 사람이 쓴 글인지 알 수 없을 때가 있다. 알 수 없는 일이다. 될 수 있으면 피하자.

나는 안다, 네가 아는 것을 내가 모르는 줄 네가 안다는 것을. 은 30돈과 금 한 냥, 을의 입장과 갑의 처지.

산에는 꽃 피네 꽃이 피네, 갈 봄 여름 없이 꽃이 핀다고들 한다.

“첫째 문단은 이렇게 시작합니다.

“둘째 문단에서 말이 이어지고, 여기서 끝납니다.”

그 모델은 작지만, 오히려 그 점이 장점이다(물론 예외는 있다). 자세한 이야기는 다음에 이어서 하겠습니다 :)

회사는 보도자료에서 “우리는 ‘작은 것이 아름답다’는 말을 믿는다”고 밝혔다.

그러나 그러나로 시작하는 문장은 피하라고 배웠다. 그리고, 그래서, 그런데도 우리는 쓴다.

개발자는 개발자를, 디자이너는 디자이너를 이해한다. 사람이 사람을 만난다.

됐다. 됐어요. 되어서 다행이다. 돼서 기쁘다. 며칠 뒤에 봬요. 웬만하면 왠지 금세 끝날 것 같다.

지역활성화 사업과 권역별 역할, 초점과 허점. 설거지를 하고 문을 잠갔다. 라면에 김치를 담갔다.

“이게 될까?” 하고 물었다. ‘안 될 것 같은데’ 싶었지만 해 보았다. "그래?" 그가 웃었다.

Q. 왜 지금인가요? A. 지금이 아니면 늦기 때문입니다. 하기 때문에 하는 것이다.

한글 ㄱ, ㄴ, ㄷ 순서로. ㅋㅋㅋ 웃는 사람, ㅠㅠ 우는 사람. 👩‍💻 개발자와 ❤️ 하트.

조사 ‘은/는’, ‘이/가’, ‘을/를’의 쓰임. 조사 는, 를을 가려 쓰는 법. 어미 ‘-는’과 ‘-을’.

영화 〈기생충〉의 감독은 “가장 개인적인 것이 가장 창의적인 것”이라는 말을 인용했다.

아메리카노 4,500원, 라떼 5,000원… 커피값이 또 올랐다. 그래서요? 그냥 그렇다고요!

TODO 앱을 쓰는 사람은 TODO 앱을 만든다는 농담이 있다. TK와 PK의 표심, XXX 등급의 영화.

여기에 내용을 더하자면 끝이 없다. 여기에 이미지가 없는 이유는 간단하다.

집으로, 앞으로, 뒤로, 스스로, 저절로, 홀로. 서울로 가는 길과 부산으로 가는 길. 물고기를 풀로 엮었다.

그는 그녀를 바라보았고 그녀는 그를 보지 않았다. 누를 버튼과 고를 색, 부를 노래와 모를 일.

그렇다면 (1) 무엇을, (2) 누구를 위해, [3] 어떻게 할 것인가? {중괄호}와 <꺾쇠>는 잘 쓰지 않는다.

오늘은 월요일, 내일은 화요일. 어제(일요일)는 쉬었다. 오늘 목표는 하나, 내일 일은 내일의 나에게.

환율은 1달러당 1,380원… 아니, 1,400원이었다. 기온은 -3℃, 습도는 45%다.

“A와 B가 다르다”, “C는 D다”라는 두 명제를 두고 ‘그렇다’와 ‘아니다’로 갈렸다.

수를 세다가 잠들었다. 볼 수도 있고 갈 수도 있었지만 알 수는 없었다. 줄 수 있는 것이 없다.

홀수는 있고 짝수는 없다. 말수가 없는 사람이 하늘을 올려다보았다. 하든 하지 않든 결초보은은 옛말이다.

탈것과 날것, 물때와 제때, 밑줄과 빨랫줄. 머지않아 못지않게 마지않던 날이 온다. 이것같이 좋은 일도 없다.

우리 어머니다, 그 집 할머니다. 창고가 있고 사고는 없다. 여쭙는 말, 다듬는 손, 쓰다듬는 손길, 빼앗는 손, 뒤집는 손.

좋아ㅏㅏ 하고 외쳤다ㅠㅠ. 살려고 알려고 만들려고 한다. 사람으로서 할 일, 쌀 한 되와 콩 두 되. 돼지고기와 흑돼지.

세대가 다르고 열대가 다르다. 두통이 나서 한번 더 쉬고, 네 편 내 편을 가렸다. 올려다 놓은 짐은 그대로 두었다.

친구와 사과 같은 것을 나누고, 효과 같은 말은 하지 않았다. 칠레(Chile)는 멀다. Chile는 길다. Discord를 켰다.
"#;

const ENGLISH: &str = r#"
It's the writers' room's rule: don't say "it depends" unless you can say on what. The dogs' bowl isn't the dog's.

He said that that was what it was, and what it is is complicated. She'd had had enough of "rock 'n' roll".

In the '90s, 27" monitors didn't exist; a 6' 2" player did. Prices rose 3.5% (or 4%, depending on whom you ask).

“Long quotations may run on.

“And on, until the last paragraph closes them.”

Use .NET, Node.js, v2.0.1, e.g. or i.e. as you like... but don't write U.S.A. as USA in the same text. Mr. Smith et al. agree.

To be, or not to be: that is the question. The state we're in in 2026 is not the state they were in in 1926.

Options: a) stay, b) go, or (c) wait and see :) — see note 1) below. I see (as you'd expect) no problem ;)

The AT&T and P&G results, C++ vs. C#, 24/7 support, and/or more. O'Reilly's "Rock 'n' Roll" chapter isn't mine.

We shipped it on Tuesday, November 24, 2026, and again on Thursday. TODO apps are still popular in 2026.

"Who's there?" "Nobody." 'Twas the night before. ‘Nested “quotes” work’, they said.
"#;

#[test]
fn ordinary_text_is_left_alone() {
    for text in [KOREAN, ENGLISH] {
        let findings = Desk::new().check(&with_text(text));
        assert_eq!(shown(&findings), Vec::<String>::new());
    }
}

#[test]
fn ordinary_text_is_left_alone_line_by_line() {
    for line in KOREAN.lines().chain(ENGLISH.lines()) {
        // Quotations over two paragraphs are one, and only together.
        if line.is_empty() || line.starts_with('“') {
            continue;
        }
        let findings = Desk::new().check(&with_text(line));
        assert_eq!(shown(&findings), Vec::<String>::new(), "{line}");
    }
}
