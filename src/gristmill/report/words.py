"""The words of the page itself, by language; sentences about the data belong to the notebooks.

A catalogue is a plain mapping; English is complete and stands in for what another language leaves out.
"""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "action": "What to do",
    "as_of": "As of",
    "bad": "Not good",
    "better": "better",
    "change": "since the previous run",
    "code": "Code",
    "contents": "Contents",
    "copied": "Copied",
    "copy": "Copy",
    "critical": "Critical",
    "customers": "Customers",
    "checks": "Checks",
    "data_behind": "The numbers behind this chart",
    "empty": "No rows.",
    "failed_at": "The run broke in this cell",
    "failed_checks": "Failed",
    "failed_head": "This run did not finish",
    "failed_rest": "What follows was not run.",
    "failed_text": "What stands above the marked cell is what was known when it stopped. "
    "Nothing was published; the last good run is untouched.",
    "filter": "Filter rows",
    "first_rows": "first {shown} of {total} rows",
    "gallery": "All runs",
    "generated": "Written",
    "go_to_failure": "Go to the failing cell",
    "good": "Good",
    "hide_code": "Hide code",
    "info": "To know",
    "log": "Log",
    "masked": "Personal data is masked",
    "next": "Next",
    "no": "no",
    "no_runs": "No run has written a report yet.",
    "page_of": "{page} of {pages}",
    "parameters": "Parameters",
    "previous": "Previous",
    "project": "Project",
    "read_chart": "Arrow keys read the values.",
    "rows": "{n} rows",
    "rows_one": "1 row",
    "rows_found": "{n} of {total} rows",
    "run": "Run",
    "score": "Score",
    "seconds": "Time",
    "show_code": "Show code",
    "skip": "Skip to the content",
    "sql": "SQL",
    "started": "Started",
    "status": "Status",
    "status_published": "published",
    "status_failed": "failed",
    "status_kept": "kept",
    "status_unreadable": "unreadable",
    "theme": "Light or dark",
    "traceback": "Where it happened",
    "unmasked": "This page shows personal data",
    "verdict": "Verdict",
    "versions": "Versions",
    "warn": "Needs a look",
    "warning": "Warning",
    "worse": "worse",
    "yes": "yes",
    "kind_address": "addresses",
    "kind_birth_date": "birth dates",
    "kind_company": "companies",
    "kind_email": "e-mail addresses",
    "kind_free_text": "free text",
    "kind_handle": "social handles",
    "kind_id": "record numbers",
    "kind_name": "names",
    "kind_phone": "phone numbers",
    "kind_postcode": "postcodes",
}

KOREAN: Mapping[str, str] = {
    "action": "할 일",
    "as_of": "기준일",
    "bad": "문제 있음",
    "better": "개선",
    "change": "이전 실행 대비",
    "code": "코드",
    "contents": "목차",
    "copied": "복사됨",
    "copy": "복사",
    "critical": "심각",
    "customers": "고객",
    "checks": "검사",
    "data_behind": "차트의 수치",
    "empty": "행이 없습니다.",
    "failed_at": "이 셀에서 실행이 중단되었습니다",
    "failed_checks": "실패",
    "failed_head": "실행이 끝나지 못했습니다",
    "failed_rest": "이후의 셀은 실행되지 않았습니다.",
    "failed_text": "표시된 셀 위의 내용은 중단 시점까지의 결과입니다. "
    "게시된 것은 없으며 마지막 정상 실행은 그대로입니다.",
    "filter": "행 찾기",
    "first_rows": "전체 {total}행 중 처음 {shown}행",
    "gallery": "전체 실행",
    "generated": "작성",
    "go_to_failure": "중단된 셀로 이동",
    "good": "양호",
    "hide_code": "코드 숨기기",
    "info": "참고",
    "log": "로그",
    "masked": "개인정보는 가려져 있습니다",
    "next": "다음",
    "no": "아니요",
    "no_runs": "아직 보고서를 작성한 실행이 없습니다.",
    "page_of": "{pages}쪽 중 {page}쪽",
    "parameters": "매개변수",
    "previous": "이전",
    "project": "프로젝트",
    "read_chart": "화살표 키로 값을 읽을 수 있습니다.",
    "rows": "{n}행",
    "rows_one": "1행",
    "rows_found": "{total}행 중 {n}행",
    "run": "실행",
    "score": "점수",
    "seconds": "시간",
    "show_code": "코드 보기",
    "skip": "본문으로 건너뛰기",
    "sql": "SQL",
    "started": "시작",
    "status": "상태",
    "status_published": "게시됨",
    "status_failed": "실패",
    "status_kept": "보관",
    "status_unreadable": "읽을 수 없음",
    "theme": "밝게/어둡게",
    "traceback": "발생 위치",
    "unmasked": "이 페이지에는 개인정보가 표시됩니다",
    "verdict": "판정",
    "versions": "버전",
    "warn": "확인 필요",
    "warning": "경고",
    "worse": "악화",
    "yes": "예",
    "kind_address": "주소",
    "kind_birth_date": "생년월일",
    "kind_company": "회사명",
    "kind_email": "이메일",
    "kind_free_text": "자유 입력",
    "kind_handle": "소셜 계정",
    "kind_id": "레코드 번호",
    "kind_name": "이름",
    "kind_phone": "전화번호",
    "kind_postcode": "우편번호",
}

CATALOGUES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "ko": KOREAN}


class Words:
    """The catalogue of one language; an unknown language speaks English."""

    def __init__(self, locale: str = "en") -> None:
        self.locale = locale if locale.split("-", maxsplit=1)[0] in CATALOGUES else "en"
        self._own = CATALOGUES[self.locale.split("-")[0]]

    def __getitem__(self, key: str) -> str:
        return self._own.get(key) or ENGLISH[key]

    def say(self, key: str, **values: object) -> str:
        """A sentence with its values put in; whole numbers get separators."""
        shown = {k: f"{v:,}" if isinstance(v, int) else str(v) for k, v in values.items()}
        return self[key].format(**shown)

    def rows(self, n: int) -> str:
        """``1 row``, ``2 rows``."""
        return self["rows_one"] if n == 1 else self.say("rows", n=n)

    def kinds(self, kinds: tuple[str, ...]) -> str:
        """Kinds of personal data as words, joined by commas; a kind without a word stands as it is."""
        named = (self._own.get(f"kind_{kind}") or ENGLISH.get(f"kind_{kind}") or kind for kind in kinds)
        return ", ".join(named)
