// A whole joint action through the types that openapi-typescript makes: `node joint_case.js PLAN.json`.
//
// PLAN: base_url, passwords by login, case_id, place. Prints what became of it as one line of JSON.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Api = ReturnType<typeof createClient<paths, "application/json">>;
type Task = components["schemas"]["TaskView"];
type Action = components["schemas"]["JointActionView"];
type Agency = "natural_resources" | "agriculture";
interface Plan {
  base_url: string;
  passwords: Record<string, string>;
  case_id: string;
  place: string;
}

const LOGINS: Record<Agency, string> = { natural_resources: "natural-resources", agriculture: "agriculture" };
const LEAD: Agency = "natural_resources";
const OTHER: Agency = "agriculture";
const AGENCIES: Agency[] = [LEAD, OTHER];
const PATIENCE_MS = 60_000;

const plan = JSON.parse(readFileSync(process.argv[2]!, "utf-8")) as Plan;
const key = (): string => randomUUID();
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const papers = <K extends components["schemas"]["DocumentKind"]>(...kinds: K[]) =>
  kinds.map((kind) => ({ kind, title: kind }));

function good<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.data === undefined) throw new Error(`${answer.response.status} ${JSON.stringify(answer.error)}`);
  return answer.data;
}

function etag(answer: { response: Response }): string {
  return answer.response.headers.get("ETag") ?? "";
}

async function signedIn(login: string): Promise<Api> {
  const open = createClient<paths, "application/json">({ baseUrl: plan.base_url });
  const granted = good(
    await open.POST("/api/v1/auth/token", {
      body: { grant_type: "password", username: login, password: plan.passwords[login]! },
    }),
  );
  const headers = { Authorization: `Bearer ${granted.access_token}` };
  return createClient<paths, "application/json">({ baseUrl: plan.base_url, headers });
}

async function convene(coordinator: Api): Promise<string> {
  const seen = await coordinator.GET("/api/v1/cases/{id}", { params: { path: { id: plan.case_id } } });
  const made = await coordinator.POST("/api/v1/cases/{id}/joint-actions", {
    params: {
      path: { id: good(seen).id },
      header: { "idempotency-key": key(), "if-match": etag(seen) },
    },
    body: {
      title: "联合执法",
      reason: "责令停止后仍在施工",
      place: plan.place,
      acting_at: new Date(Date.now() + 2 * 86_400_000).toISOString(),
      lead_agency: LEAD,
      tasks: AGENCIES.map((agency) => ({
        agency,
        matter: "到场核实",
        legal_basis: "土地管理法第七十七条",
        output: "结果",
      })),
    },
  });
  return good(made).id;
}

async function taskOf(agency: Api, action: string): Promise<Task> {
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until) {
    const page = good(await agency.GET("/api/v1/tasks", { params: { query: { action_id: action } } }));
    const row = page.items[0];
    if (row) return good(await agency.GET("/api/v1/tasks/{id}", { params: { path: { id: row.id } } }));
    await pause(300);
  }
  throw new Error("no task came");
}

async function signFor(agency: Api, task: Task): Promise<void> {
  const params = { path: { id: task.id } };
  good(await agency.POST("/api/v1/tasks/{id}/sign", { params, body: { signed_by: "值班员" } }));
  const body = { contact_person: "承办人", contact_phone: "0955-5020000" };
  good(await agency.POST("/api/v1/tasks/{id}/accept", { params, body }));
}

function result(agency: Agency, task: Task): components["schemas"]["ReportTask"]["result"] {
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const year = Number(today.slice(0, 4));
  if (agency === LEAD) {
    return {
      kind: "land_survey",
      surveyed_on: today,
      report_no: `勘测〔${year}〕${task.position}号`,
      measured_area_m2: task.brief.area_m2!,
      farmland_area_m2: task.brief.farmland_area_m2!,
      pbf_area_m2: task.brief.pbf_area_m2!,
      land_class_code: "0102",
      surveyor: "县国土测绘队",
      land_class_version: `${year - 1}年度国土变更调查`,
      plan_conformity: "conflicts",
      conclusion: "实地为水浇地，被硬化并堆放砂石。",
    };
  }
  return {
    kind: "damage_appraisal",
    appraised_on: today,
    report_no: `耕鉴〔${year}〕${task.position}号`,
    appraiser: "县耕地破坏鉴定委员会",
    destroyed_area_m2: task.brief.farmland_area_m2!,
    destroyed_pbf_area_m2: task.brief.pbf_area_m2!,
    degree: "serious",
    causes: "硬化地面、堆放砂石，耕作层被压实。",
    restorable: true,
    conclusion: "种植条件严重毁坏，剥离后可复耕。",
  };
}

async function look(coordinator: Api, action: string) {
  return coordinator.GET("/api/v1/joint-actions/{id}", { params: { path: { id: action } } });
}

// The action as answered, with its ETag, once what the agencies said has reached it.
async function seenWhen(coordinator: Api, action: string, there: (seen: Action) => boolean) {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const seen = await look(coordinator, action);
    if (there(good(seen))) return seen;
    if (Date.now() > until) throw new Error(JSON.stringify(seen.data));
    await pause(300);
  }
}

// Meets, acts, hands the evidence over; gives the status of a step taken on an older version.
async function act(coordinator: Api, action: string): Promise<number> {
  const at = new Date().toISOString();
  const old = etag(await seenWhen(coordinator, action, (seen) => seen.tasks.every((task) => task.accepted_at)));
  const by = (version: string) => ({ path: { id: action }, header: { "if-match": version } });
  const met = await coordinator.POST("/api/v1/joint-actions/{id}/record-meeting", {
    params: by(old),
    body: {
      met_at: at,
      attended: AGENCIES,
      account: "明确分工和风险。",
      documents: papers("meeting_minutes", "action_plan", "risk_plan"),
    },
  });
  good(met);
  const body = {
    started_at: at,
    muster: AGENCIES.map((agency) => ({ agency, persons: ["执法人员"] })),
    account: "责令停工，设置警戒。",
    documents: papers("on_site_record"),
  };
  const stale = await coordinator.POST("/api/v1/joint-actions/{id}/record-acting", { params: by(old), body });
  const acted = await coordinator.POST("/api/v1/joint-actions/{id}/record-acting", { params: by(etag(met)), body });
  good(acted);
  good(
    await coordinator.POST("/api/v1/joint-actions/{id}/record-evidence", {
      params: by(etag(acted)),
      body: { agency: OTHER, handed_at: at, received_by: "王立新" },
    }),
  );
  return stale.response.status;
}

async function summarise(coordinator: Api, action: string): Promise<void> {
  const seen = await seenWhen(coordinator, action, (found) => found.state === "feedback_complete");
  good(
    await coordinator.POST("/api/v1/joint-actions/{id}/summarise", {
      params: { path: { id: action }, header: { "if-match": etag(seen) } },
      body: {
        account: "违法行为已停止，现场已清理。",
        scores: AGENCIES.map((agency) => ({ agency, score: 95 })),
        lessons: "任务书应附现场道路情况。",
        documents: papers("action_summary"),
      },
    }),
  );
}

const coordinator = await signedIn("coordinator");
const own = { natural_resources: await signedIn(LOGINS[LEAD]), agriculture: await signedIn(LOGINS[OTHER]) };
const action = await convene(coordinator);
const tasks = { natural_resources: await taskOf(own[LEAD], action), agriculture: await taskOf(own[OTHER], action) };
for (const agency of AGENCIES) await signFor(own[agency], tasks[agency]);
const stale = await act(coordinator, action);
for (const agency of AGENCIES) {
  const params = { path: { id: tasks[agency].id } };
  good(await own[agency].POST("/api/v1/tasks/{id}/report", { params, body: { result: result(agency, tasks[agency]) } }));
}
await summarise(coordinator, action);
const ended = good(
  await coordinator.GET("/api/v1/joint-actions/{id}", {
    params: { path: { id: action }, query: { expand: "tasks" } },
  }),
);
const hidden = await look(own[OTHER], action);
// The client is made for application/json; errors are problem documents.
const problem = hidden.error as unknown as components["schemas"]["Problem"];
console.log(
  JSON.stringify({
    state: ended.state,
    agencies: (ended.expanded?.tasks?.items ?? []).map((task) => task.agency).sort(),
    stale,
    hidden: [hidden.response.status, problem.code],
  }),
);
