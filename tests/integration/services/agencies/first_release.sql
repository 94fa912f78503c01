-- The database of agencies as the first release (commit 9d60df2) left it, with trouble of every kind: a parked
-- event, three refused messages, an exhausted delivery. Made by pg_dump --inserts; see test_upgrade.py.
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE FUNCTION public.tianwei_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE FUNCTION public.tianwei_tell(rows jsonb, by_actor text, by_name text, correlation text, causation text, at timestamp with time zone, answer_principal text, answer_key text, answer_request_hash text, answer jsonb) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO event_log (event_id, type, schema_version, aggregate_type, aggregate_id, aggregate_seq,
                           audience, actor, actor_name, correlation_id, causation_id, occurred_at, payload)
    SELECT e.event_id, e.type, e.schema_version, e.aggregate_type, e.aggregate_id, e.aggregate_seq,
           e.audience, by_actor, by_name, correlation, causation, at, e.payload
    FROM jsonb_to_recordset(rows) AS e(
        event_id uuid, type text, schema_version int, aggregate_type text, aggregate_id uuid, aggregate_seq int,
        audience text, payload jsonb);
    INSERT INTO outbox (event_id)
    SELECT CAST(told.event ->> 'event_id' AS uuid)
    FROM jsonb_array_elements(rows) WITH ORDINALITY AS told(event, place)
    ORDER BY told.place;
    IF answer_key IS NOT NULL THEN
        INSERT INTO idempotency (principal, key, request_hash, response)
        VALUES (answer_principal, answer_key, answer_request_hash, answer);
    END IF;
END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.agency_task (
    id uuid NOT NULL,
    "position" bigint NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    agency text NOT NULL,
    division_code text NOT NULL,
    action_id uuid NOT NULL,
    action_no text NOT NULL,
    case_id uuid NOT NULL,
    title text NOT NULL,
    place text NOT NULL,
    acting_at timestamp with time zone NOT NULL,
    urgent boolean NOT NULL,
    letter jsonb NOT NULL,
    brief jsonb NOT NULL,
    sign_due_on date,
    feedback_due_on date,
    protocol text NOT NULL,
    issued_at timestamp with time zone NOT NULL,
    signed_at timestamp with time zone,
    signed_by text,
    sign_channel text,
    accepted_at timestamp with time zone,
    contact_person text,
    contact_phone text,
    declined_at timestamp with time zone,
    return_reason text,
    decline_reason text,
    reported_at timestamp with time zone,
    result jsonb,
    withdrawn_at timestamp with time zone,
    withdraw_reason text
);
COMMENT ON COLUMN public.agency_task."position" IS 'place in the mailbox: rises in the order of commit, see TaskStore; may have gaps';
ALTER TABLE public.agency_task ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.agency_task_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);
CREATE TABLE public.attempt (
    consumer text NOT NULL,
    producer text NOT NULL,
    "position" bigint NOT NULL,
    tries integer NOT NULL,
    error text,
    next_at timestamp with time zone NOT NULL
);
COMMENT ON COLUMN public.attempt.error IS 'null while no try ended: the process died in it';
CREATE TABLE public.delivery (
    id uuid NOT NULL,
    subject_id uuid NOT NULL,
    party text NOT NULL,
    channel text NOT NULL,
    state text DEFAULT 'pending'::text NOT NULL,
    version integer DEFAULT 0 NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    deferrals integer DEFAULT 0 NOT NULL,
    next_at timestamp with time zone DEFAULT now() NOT NULL,
    lease_until timestamp with time zone,
    last_error text,
    correlation_id text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    settled_at timestamp with time zone,
    CONSTRAINT delivery_state CHECK ((state = ANY (ARRAY['pending'::text, 'delivered'::text, 'exhausted'::text, 'cancelled'::text])))
);
COMMENT ON COLUMN public.delivery.id IS 'also the webhook-id, the same at every try';
COMMENT ON COLUMN public.delivery.version IS 'events told about it';
COMMENT ON COLUMN public.delivery.deferrals IS 'tries the receiver asked to put off';
COMMENT ON COLUMN public.delivery.settled_at IS 'when it was delivered, exhausted or cancelled';
CREATE TABLE public.endpoint (
    id uuid NOT NULL,
    version integer NOT NULL,
    party text NOT NULL,
    url text NOT NULL,
    secret text NOT NULL,
    previous_secret text,
    previous_until timestamp with time zone,
    active boolean NOT NULL,
    disabled_reason text,
    configured_at timestamp with time zone NOT NULL,
    configured_by text NOT NULL
);
COMMENT ON COLUMN public.endpoint.secret IS 'sealed, see shared/outgoing/secret_box.py';
COMMENT ON COLUMN public.endpoint.previous_secret IS 'sealed; signs beside the new one while rotating';
CREATE TABLE public.event_log (
    event_id uuid NOT NULL,
    type text NOT NULL,
    schema_version integer NOT NULL,
    aggregate_type text NOT NULL,
    aggregate_id uuid NOT NULL,
    aggregate_seq integer NOT NULL,
    audience text NOT NULL,
    actor text NOT NULL,
    actor_name text NOT NULL,
    correlation_id text NOT NULL,
    causation_id text,
    occurred_at timestamp with time zone NOT NULL,
    payload jsonb NOT NULL
);
COMMENT ON COLUMN public.event_log.audience IS '12-digit division code: where it belongs';
CREATE TABLE public.feed_cursor (
    consumer text NOT NULL,
    producer text NOT NULL,
    log_id uuid,
    "position" bigint NOT NULL,
    hash text NOT NULL,
    state text NOT NULL,
    CONSTRAINT feed_cursor_state_check CHECK ((state = ANY (ARRAY['running'::text, 'forked'::text])))
);
CREATE TABLE public.idempotency (
    principal text NOT NULL,
    key text NOT NULL,
    request_hash text NOT NULL,
    response jsonb NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE public.inbox (
    consumer text NOT NULL,
    producer text NOT NULL,
    "position" bigint NOT NULL,
    event_id uuid NOT NULL,
    outcome text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);
COMMENT ON COLUMN public.inbox.outcome IS 'applied, skipped or parked';
CREATE TABLE public.log_head (
    id integer NOT NULL,
    log_id uuid NOT NULL,
    "position" bigint NOT NULL,
    hash text NOT NULL,
    published bigint NOT NULL,
    CONSTRAINT log_head_id_check CHECK ((id = 1))
);
CREATE TABLE public.log_order (
    "position" bigint NOT NULL,
    event_id uuid NOT NULL,
    previous bigint,
    prev_hash text NOT NULL,
    hash text NOT NULL
);
COMMENT ON COLUMN public.log_order.previous IS 'position of the former event of the same aggregate';
CREATE TABLE public.outbox (
    id bigint NOT NULL,
    event_id uuid NOT NULL
);
ALTER TABLE public.outbox ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.parked (
    consumer text NOT NULL,
    producer text NOT NULL,
    "position" bigint NOT NULL,
    aggregate_id uuid NOT NULL,
    type text NOT NULL,
    reason text NOT NULL,
    error text,
    tries integer NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    envelope jsonb NOT NULL,
    status text NOT NULL,
    decided_by text,
    decision text,
    CONSTRAINT parked_status_check CHECK ((status = ANY (ARRAY['open'::text, 'replayed'::text, 'discarded'::text])))
);
CREATE TABLE public.refused_message (
    id bigint NOT NULL,
    consumer text NOT NULL,
    producer text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    reason text NOT NULL,
    excerpt text NOT NULL
);
COMMENT ON COLUMN public.refused_message.excerpt IS 'the first 500 characters, as Python repr';
ALTER TABLE public.refused_message ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.refused_message_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
INSERT INTO public.agency_task OVERRIDING SYSTEM VALUE VALUES ('a8430ef6-8cd7-49cd-becc-dd5647c1726a', 1, 1, 'issued', 'natural_resources', '640521101201', '06980a56-4f99-49e6-aa23-76251e7fa58b', 'ZW-JA-640521-2026-00001', 'af10987d-2ad6-427d-86d1-d67e904c475f', '石空镇砂场联合执法', '石空镇政府', '2026-03-13 01:00:00+00', false, '{"agency": "natural_resources", "matter": "到场履行职责", "output": "书面反馈", "legal_basis": "土地管理法第七十五条"}', '{"place": "滨河路南侧", "area_m2": 4333.55, "case_no": "ZW-C-640521-2026-00001", "latitude": 37.49, "longitude": 105.67, "case_title": "石空镇砂场占用永久基本农田案", "party_name": "某砂石有限公司", "pbf_area_m2": 4100.0, "division_code": "640521101201", "division_name": "石空镇倪丁村", "violation_types": ["VT03"], "farmland_area_m2": 4333.55}', '2026-03-12', '2026-03-20', 'signed_webhook', '2026-11-26 12:05:41.93868+00', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'null', NULL, NULL);
INSERT INTO public.alembic_version VALUES ('0001');
INSERT INTO public.delivery VALUES ('551511a2-4e98-538d-a90e-97adb0ce9080', 'a8430ef6-8cd7-49cd-becc-dd5647c1726a', 'natural_resources', 'signed_webhook', 'exhausted', 0, 10, 0, '2026-11-26 12:05:41.940315+00', NULL, 'HTTP 500', 'correlation-cde48110-37ee-4a4c-9c35-ab525e23c7da', '2026-11-26 12:05:41.940315+00', '2026-11-26 12:05:41.951221+00');
INSERT INTO public.event_log VALUES ('01a217bf-49b8-7107-8e20-9d123b68a55b', 'tianwei.agencies.task-issued.v1', 1, 'task', 'a8430ef6-8cd7-49cd-becc-dd5647c1726a', 1, '640521101201', 'coordinator-1', '协调员', 'correlation-cde48110-37ee-4a4c-9c35-ab525e23c7da', '076dbc3f-004b-4abd-b098-df1a0f6593cc', '2026-11-26 12:05:41.93868+00', '{"at": "2026-11-26T12:05:41.938680Z", "brief": {"place": "滨河路南侧", "area_m2": 4333.55, "case_no": "ZW-C-640521-2026-00001", "latitude": 37.49, "longitude": 105.67, "case_title": "石空镇砂场占用永久基本农田案", "party_name": "某砂石有限公司", "pbf_area_m2": 4100.0, "division_code": "640521101201", "division_name": "石空镇倪丁村", "violation_types": ["VT03"], "farmland_area_m2": 4333.55}, "place": "石空镇政府", "title": "石空镇砂场联合执法", "agency": "natural_resources", "letter": {"agency": "natural_resources", "matter": "到场履行职责", "output": "书面反馈", "legal_basis": "土地管理法第七十五条"}, "urgent": false, "case_id": "af10987d-2ad6-427d-86d1-d67e904c475f", "task_id": "a8430ef6-8cd7-49cd-becc-dd5647c1726a", "protocol": "signed_webhook", "acting_at": "2026-03-13T01:00:00Z", "action_id": "06980a56-4f99-49e6-aa23-76251e7fa58b", "action_no": "ZW-JA-640521-2026-00001", "sign_due_on": "2026-03-12", "feedback_due_on": "2026-03-20"}');
INSERT INTO public.feed_cursor VALUES ('agencies', 'cases', 'c62b4d14-f96f-46ea-8b44-f2b9215c5d97', 1, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'running');
INSERT INTO public.inbox VALUES ('agencies', 'cases', 1, '8cb2a111-241d-425b-b5d7-b2885757bc5c', 'parked', '2026-11-26 12:05:41.969414+00');
INSERT INTO public.log_head VALUES (1, '89687732-cadc-43a5-98be-0add37dac599', 1, 'd6e8ce7ee549d060b49a670ffe90cdc7fde8a82e68f49fa428286719020a38ce', 0);
INSERT INTO public.log_order VALUES (1, '01a217bf-49b8-7107-8e20-9d123b68a55b', NULL, '0000000000000000000000000000000000000000000000000000000000000000', 'd6e8ce7ee549d060b49a670ffe90cdc7fde8a82e68f49fa428286719020a38ce');
INSERT INTO public.parked VALUES ('agencies', 'cases', 1, 'b5eb183b-94e0-4d4b-bad4-848beb22dba4', 'tianwei.cases.joint-action-convened.v1', 'handler_error', 'RuntimeError(''x'')', 6, '2026-11-26 12:05:41.990451+00', '{"jurisdiction": "640521104000"}', 'open', NULL, NULL);
INSERT INTO public.refused_message VALUES (1, 'agencies', 'cases', '2026-11-26 12:05:42.028606+00', 'ValueError', 'b''x''');
INSERT INTO public.refused_message VALUES (2, 'agencies', 'cases', '2026-11-26 12:05:42.046463+00', 'ValueError', 'b''x''');
INSERT INTO public.refused_message VALUES (3, 'agencies', 'cases', '2026-11-26 12:05:42.06257+00', 'ValueError', 'b''x''');
SELECT pg_catalog.setval('public.agency_task_position_seq', 1, true);
SELECT pg_catalog.setval('public.outbox_id_seq', 1, true);
SELECT pg_catalog.setval('public.refused_message_id_seq', 3, true);
ALTER TABLE ONLY public.agency_task
    ADD CONSTRAINT agency_task_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.agency_task
    ADD CONSTRAINT agency_task_position_key UNIQUE ("position");
ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);
ALTER TABLE ONLY public.attempt
    ADD CONSTRAINT attempt_pkey PRIMARY KEY (consumer, producer, "position");
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.delivery
    ADD CONSTRAINT delivery_subject_party UNIQUE (subject_id, party);
ALTER TABLE ONLY public.endpoint
    ADD CONSTRAINT endpoint_party_key UNIQUE (party);
ALTER TABLE ONLY public.endpoint
    ADD CONSTRAINT endpoint_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.event_log
    ADD CONSTRAINT event_log_aggregate UNIQUE (aggregate_id, aggregate_type, aggregate_seq);
ALTER TABLE ONLY public.event_log
    ADD CONSTRAINT event_log_pkey PRIMARY KEY (event_id);
ALTER TABLE ONLY public.feed_cursor
    ADD CONSTRAINT feed_cursor_pkey PRIMARY KEY (consumer, producer);
ALTER TABLE ONLY public.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (principal, key);
ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer, producer, "position");
ALTER TABLE ONLY public.log_head
    ADD CONSTRAINT log_head_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.log_order
    ADD CONSTRAINT log_order_event_id_key UNIQUE (event_id);
ALTER TABLE ONLY public.log_order
    ADD CONSTRAINT log_order_pkey PRIMARY KEY ("position");
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.parked
    ADD CONSTRAINT parked_pkey PRIMARY KEY (consumer, producer, "position");
ALTER TABLE ONLY public.refused_message
    ADD CONSTRAINT refused_message_pkey PRIMARY KEY (id);
CREATE INDEX agency_task_action ON public.agency_task USING btree (action_id);
CREATE INDEX agency_task_case ON public.agency_task USING btree (case_id);
CREATE INDEX agency_task_mailbox ON public.agency_task USING btree (agency, "position");
CREATE INDEX delivery_due ON public.delivery USING btree (state, next_at);
CREATE INDEX delivery_party_due ON public.delivery USING btree (party, next_at) WHERE (state = 'pending'::text);
CREATE INDEX parked_aggregate ON public.parked USING btree (consumer, producer, aggregate_id);
CREATE TRIGGER event_log_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.event_log FOR EACH STATEMENT EXECUTE FUNCTION public.tianwei_append_only();
CREATE TRIGGER log_order_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.log_order FOR EACH STATEMENT EXECUTE FUNCTION public.tianwei_append_only();
