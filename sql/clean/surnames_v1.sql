-- List Korean family names in Hangul, so that a full name can be parted.
--
-- grain    one row per family name
-- returns  surname (one syllable, or two for the compound ones)
-- source   Statistics Korea, population census 2015: family names of five bearers and more
select unnest(string_split(
    '김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 류 유 전 홍 고 문 양 손 배 백 허 남 심 노 하 곽 성 차 주 우 구 나 라 '
    || '민 진 지 엄 채 원 천 방 공 현 함 변 염 여 추 도 소 석 선 설 마 길 연 위 표 명 기 반 왕 금 옥 육 인 맹 제 모 탁 국 어 '
    || '은 편 용 예 경 봉 사 부 가 복 태 목 형 피 두 감 호 음 빈 동 온 시 범 좌 팽 승 간 상 갈 단 견 당 화 창 아 란 리 여 계 '
    || '남궁 황보 제갈 사공 선우 서문 독고 동방 어금 망절', ' ')) as surname
