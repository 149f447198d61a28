/** The manual inside the binary, as pages of plain text. `help WORDS` finds a page by its name and its words. */

export interface Page {
  name: string;
  text: string;
}

export const PAGES: readonly Page[] = [
  {
    name: "conversation",
    text: `Conversation
"smallcode" alone on a terminal asks for one task after the other; each knows the ones before it.
  /help      the commands and keys          /model [NAME]  choose the model
  /diff      the last change                /context       what the next request holds
  /undo      take back the last change      /clear         forget the earlier tasks
  /redo      do it again                    /graph QUERY   ask the code graph
  /thinking  what the model thought last    /quit          leave (or Ctrl-D)
Ctrl-C stops a running task and puts its files back; a second one leaves. At an empty prompt, twice leaves.
A paste of several lines is one message; beside typed words it is their data. Tab completes commands and paths.
What you type is remembered for you alone in the folder for state (~/.local/state/smallcode/history).
Flags hold for the whole conversation: smallcode --model NAME --check "npm test"`,
  },
  {
    name: "tasks",
    text: `Tasks
Say what is to be done and, where you know it, in which file, function or test. What can be computed is computed:
  smallcode "rename total_of to sum_of"        function, class, method, variable, parameter or file, with every use of it;
  smallcode "rename Cart.push to add"          no model is asked, places that may mean something else are left and named
  smallcode "make the failing tests pass"      a step for each file that they lead to, what others call first
  smallcode "add a parameter currency to price"   the function first, then each file that calls it
  smallcode "create shop/receipt.py with ..."  a new file          smallcode "add a test for price"   a new test
A list (lines that begin with "1." or "-") is done item by item, and stays only if all of it holds.
A model that is right at once gets one request. What failed goes back to it once; then samples are drawn, then less
is asked for at a time (one function, some lines), then the step is split. Then comes a stronger model, if you have
named one (help escalation).
It ends in one of three ways: done, with the diff; put back as it was, with the reason; or stopped by a limit (help exit).
--ask only answers, --edit changes; without them the words of the task decide. --dry-run keeps nothing.`,
  },
  {
    name: "permissions",
    text: `Permissions
Without flags, edits inside the folder are allowed: they can be undone.
Running a repository's checks runs its code, so a folder is trusted once: SmallCode asks and remembers.
In a pipeline, --yes, --allow-run or --check say so; without them only syntax is checked (exit 3).
  --allow-run[=COMMANDS]   --allow-write[=PATHS]   --allow-read[=PATHS]
  --deny-run[=COMMANDS]    --deny-write[=PATHS]    --deny-read[=PATHS]
COMMANDS are first words, separated by commas: --allow-run="git status,npm" allows "git status -s" and
"npm test", not "git push", "/tmp/npm" or "npm test; rm x". A denied word denies wherever it stands.
PATHS are files or folders. With --allow-write=PATHS, writing elsewhere asks. A denial always wins.
--yes (-A) answers questions with yes; it never lifts the folder's walls, .git or the frozen tests.
A question without a terminal is a "no" (exit 4).`,
  },
  {
    name: "stdin",
    text: `Standard input
  smallcode "explain this" < error.log     a file is read
  make 2>&1 | smallcode "explain this"     a pipe is waited for 1 s, then read to its end
  slow | smallcode "explain this" -        "-" waits for the first byte, however long
  cat task.txt | smallcode -               "-" alone: the input is the task
It is text in UTF-8, of which the first 1 MB is used.`,
  },
  {
    name: "doctor",
    text: `Doctor
"smallcode doctor" looks at the servers on the usual ports and at the one that your settings name, says what
is known of the model that a task would be given to, and names the command that mends each problem.
  window     tokens that one request gets; 8,192 are wanted; with less than 4,096 little code can be shown, which counts
             as a problem that stops the work; with less than 2,048 nothing is asked
  asked by   the ways to ask the model for calls, best first (--rung takes one):
             schema (JSON that is bound), native (the server's tools), text, plain (text is continued)
  template   the roles that the chat template shows, and whether tools reach the model
  branches   whether a prompt that leaves an earlier one in its middle is read from there (kept) or from the
             beginning (read again); with a sliding window, llama-server needs --swa-full for it
  speed      tokens a second, measured with three short requests; they take 90 s at most
What has been found out is kept for each server, version and model in the folder for caches
(~/.cache/smallcode/profiles); delete it to have it all found out anew. The window is always read anew.
A server of unknown make is tried once with three requests of a few tokens.
Exit: 0 a model can be worked with, 1 a problem stops the work with it, 2 settings or a refused key, 5 no model.
With --json, one object: v, version, servers, chosen (with the profile), measures, problems, exit.`,
  },
  {
    name: "index",
    text: `Index
SmallCode keeps a graph of the folder's code in .smallcode/graph: what is defined where, and who uses it. It is
brought up to date by itself before it is used: only files that have changed since are read.
  smallcode index            does so now, with progress on stderr; a folder that is new may take a minute
  smallcode index --json     the last line as an object: v, files, definitions, bytes, read, ms
Left out: what git ignores, "ignore" in settings, what --deny-read names, secrets, dependencies. Files of more than
1 MB, and those that take seconds to read, are kept by their names alone until they change.
Large folders are read in other processes of low priority, at most four and one while a local model works.
The folder .smallcode/graph can be deleted at any time. Exit: 0, 1 it cannot be kept there, 2 usage, 130 interrupted.`,
  },
  {
    name: "graph",
    text: `Graph
Questions to the graph of the folder's code, which is brought up to date first. No model is needed.
  smallcode graph definition NAME     smallcode graph importers PATH|NAME     smallcode graph path FROM TO
  smallcode graph references NAME     smallcode graph imports PATH            smallcode graph impact PATH|NAME
  smallcode graph callers NAME        smallcode graph tests PATH|NAME         smallcode graph find WORDS
  smallcode graph callees NAME        smallcode graph outline PATH            smallcode graph text PATTERN
  smallcode graph types NAME          smallcode graph affected PATH|NAME...   smallcode graph slice TASK
  smallcode graph --html FILE
NAME is push, Stack.push, Stack::push, src/stack.ts:push or package.module.Stack; PATH the end of a path, too.
Each line begins with path:line. A use means a definition by file, imports and package, surest first; "same name"
is a guess. affected names the tests to run. find knows beginnings, humps (gHF is getHTMLFile), parts, letters in order and slips.
text searches every text file of up to 2 MB, without regard to case unless PATTERN has a capital; --regex takes
JavaScript's language without back references and lookaround, so that no pattern can hang.
  --max N      so many results; the last line says how many more there are
  --tokens N   how long a slice may be (1,000)      --why   why each line of it is there
  --json       one object: v, query, words, ok, then the answer's fields (rows, more, note); or reason and near
Exit: 0, 1 no such name or file, or no match, 2 usage, 130 interrupted.`,
  },
  {
    name: "engine",
    text: `Engine
With --model FILE.gguf and no endpoint, SmallCode loads the file itself: no server is needed.
  smallcode engine install                    fetches the engine, packages with fixed versions and hashes
  smallcode engine install --from ARCHIVE     the same without a network: a folder of packages, or a .tgz of them
  smallcode engine packages                   their names, for npm pack
It lies below your data folder and ends with the call that started it. Nothing else ever fetches anything.`,
  },
  {
    name: "config",
    text: `Settings
Later ones win: defaults, your file, the project's smallcode.json, the environment, flags.
"smallcode config" prints every setting and where it comes from.
Your file (config.json; "smallcode config" names the folder):
  { "endpoint": "http://localhost:8080/v1", "key": "...", "model": "gemma3:4b", "rung": "schema", "window": 8192,
    "ignore": ["dist/**"], "limits": { "maxTime": "30m", "maxTokens": 50000, "maxAttempts": 30, "checkTime": "5m", "silence": "5m" },
    "permissions": { "allowRun": ["pytest"], "denyWrite": ["docs"] }, "escalation": { ... } }
The project's smallcode.json may set checks, ignore and limits, nothing else:
  { "checks": { "unit": "pytest -q" }, "ignore": ["generated/**"], "limits": { "checkTime": "10m" } }`,
  },
  {
    name: "checks",
    text: `Checks
What proves a change: --check CMD alone where it is given; else the checks of smallcode.json; else what the project itself
uses: its tests, and linters and type checkers that it configures. Nothing is downloaded; what is missing is said.
They run before the first request and after each change, cheap ones first, without a network where the system permits.
What was red before counts only where the task asks to repair it. No tests, or fewer than before, is no pass.
A test that fails and passes on the same code is flaky: it counts for nobody and is named.
  verified     what was asked for passes, and nothing that passed before fails
  improved     better than before, but no proof: it stays, and the model goes on
  unverified   nothing is worse, and nothing could prove it (exit 3)
  failed       something is worse, or what was asked for is still red: it is taken back
A suite that takes longer than --check-time (5m) is stood for by the tests that the change affects; the end says what was
not run, and is "verified" only where the task's own tests were.
Frozen during a task: tests and their data, configuration of tests, linters and builds, CI. Name the file to have it
changed, or ask for tests; the end is then "done, unverified" (exit 3). So it is where a rename reaches tests.
The whole output of each check's last run is in .smallcode/sessions.`,
  },
  {
    name: "limits",
    text: `Limits
  --max-time DURATION     the whole task (30m)               --max-tokens N     generated tokens (no limit)
  --check-time DURATION   one run of a check (5m); sampling of one step ends after it, too
  --max-attempts N        changes that are tested (no limit but those of each step)
At a limit the files are put back (exit 6). A server that sends nothing for limits.silence (5m) is given up (exit 5).
Within them a step has small limits of its own, and a model that goes in circles is stopped: exit 1, with a sentence on
what to try. In your file or smallcode.json: "limits": { "maxTime": "10m", "maxAttempts": 30 }.`,
  },
  {
    name: "escalation",
    text: `Escalation
Where everything local has failed a step, a stronger model can be asked: only if your own settings file names one.
A key in the environment alone never does anything, and a project's file cannot set any of this.
  "escalation": { "mode": "ask",
    "ladder": [ { "endpoint": "http://localhost:11434", "api": "ollama", "model": "qwen2.5-coder:32b" },
                { "endpoint": "https://api.anthropic.com", "api": "anthropic", "model": "NAME",
                  "keyFrom": "MY_KEY", "maxTokens": 4096, "price": { "in": 3, "out": 15, "cached": 0.3 } } ],
    "maxCalls": 2, "maxTokens": 20000, "maxCost": 0.25 }
The ladder is tried in order. api is openai (any compatible server, the default), anthropic or ollama. The key stands
in "key", or in the variable that "keyFrom" names; it goes to that endpoint alone, by https or on this machine.
A model on this machine or network without a price counts as local. Prices are for a million tokens.
Caps are for one task: requests (default: 2, or one for each model), tokens, and money at the given prices.
  mode ask      shows what it is about and asks before each request; "show" prints the very bytes (the default)
  mode always   sends without asking             mode off   sends nothing
  --escalation=ask|always|off                    for this call; --yes does not answer the question
Without a terminal, ask is a no. Sent are the failed step's words, its code, its failing test, what the checks said,
the change so far and what was tried; no other code, nothing said before, nothing of the environment.
Keys, tokens and passwords become marks like [redacted-1], which are put back where the reply repeats them.
The reply is a candidate that your checks must accept. The session's log holds every byte that was sent.`,
  },
  {
    name: "stats",
    text: `Stats
"smallcode stats" adds up the session logs of the folder: tasks by how they ended and by what did them, the share of
tasks and of generated tokens that stayed local, tokens, time, and what stronger models have cost.
  --all     of every folder that you trust      --json     one object: v, folders, sessions, tasks, outcomes, by, ...
A task stayed local where each of its tokens did. Lines of the logs that hold no event are left out and counted.`,
  },
  {
    name: "environment",
    text: `Environment
  SMALLCODE_ENDPOINT, SMALLCODE_KEY, SMALLCODE_MODEL, SMALLCODE_RUNG
  OPENAI_BASE_URL with OPENAI_API_KEY   the key alone selects nothing and goes to no other address
  OLLAMA_HOST                           as Ollama reads it
  NO_COLOR, TERM=dumb                   no colours
A key is never taken from the command line, where every process can read it.`,
  },
  {
    name: "exit",
    text: `Exit codes
  0    done and verified; or a question answered, nothing changed
  1    failed, or a change was asked and nothing changed; the tree is as it was
  2    usage or configuration error (a refused key, too)
  3    done, but nothing could verify it
  4    a permission was needed and not given
  5    no model: server unreachable, model missing
  6    a limit was reached (--max-time, --max-tokens, --max-attempts, the length of an answer)
  130  interrupted`,
  },
];
