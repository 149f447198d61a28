/**
 * What judges is frozen during a turn: tests, their data and configuration, what starts them, and continuous integration. By
 * name alone, and rather too much than too little: a frozen file that the task does ask to change is changed by saying so.
 * Tests inside a file of code (Rust's `#[cfg(test)]` modules, examples in documentation) are not: the file is what the task is
 * about. What protects them is the judgement: a test that no longer runs is no pass.
 */

/** Folders whose whole content judges. */
const FOLDERS =
  /(^|\/)(([^/]+[_-])?tests?([_-]?(cases?|data|suites?))?|__tests__|__snapshots__|__mocks__|fixtures|specs?|e2e|cypress|gradle|buildSrc)\//i;
/** Source sets of Gradle's: `src/functionalTest`, `src/commonTest`. */
const SOURCE_SETS = /(^|\/)src\/(test|[a-z]\w*Test|testFixtures)\//;

/** Names of test files in the languages' usual manners. */
const TESTS = [
  /^test_.*\.pyi?$/,
  /^tests?\.py$/,
  /_tests?\.(py|go|rb|exs|cc|cpp|cxx|c|rs|dart|lua|php)$/,
  /[._-](test|spec|cy|e2e)\.[cm]?[jt]sx?$/,
  /_spec\.(rb|lua)$/,
  /(Tests?|TestCase|IT|Spec)\.(java|kt|kts|cs|swift|scala|groovy|php)$/,
  /^Test[A-Z].*\.(java|kt)$/,
  /\.(snap|bats|feature)$/,
  /^tests?[_-].*\.(c|h|cc|cpp|cxx|hh|hpp|hxx|go|rs|java|kt)$/,
  /^tests?\.(c|cc|cpp|cxx|rs)$/,
  // Frameworks that a project brings along.
  /^(catch(_amalgamated)?|doctest|acutest|munit|greatest|minunit|utest|unity(_internals)?)\.(c|h|cpp|hpp)$/,
];

/** Configuration of test runners, linters and builds, and what starts them. */
const CONFIGURATION = [
  /^(conftest|noxfile|setup)\.py$/,
  /^(\.?pytest|tox|\.?mypy)\.(ini|toml)$/,
  /^(setup\.cfg|pyproject\.toml|\.coveragerc|\.flake8|ruff\.toml|\.ruff\.toml|\.pylintrc|sitecustomize\.py|usercustomize\.py)$/,
  /\.pth$/,
  /^(jest|vitest|vite|playwright|cypress|karma|ava|nyc|babel|webpack|rollup|eslint|biome|prettier)\.(config|conf|setup|workspace)\.[cm]?[jt]s(on)?$/,
  /^\.?(mocharc|nycrc|eslintrc|prettierrc|babelrc|taprc|swcrc)(\.\w+)?$/,
  /^(jest|vitest|test)[.-]?setup\.[cm]?[jt]sx?$/i,
  /^(package|biome|bunfig|deno)\.(json|jsonc|toml)$/,
  /^(tsconfig|jsconfig)(\.\w+)*\.json$/,
  /^(Makefile|GNUmakefile|makefile|justfile|Justfile|Taskfile\.ya?ml|Rakefile|CMakeLists\.txt|CTestTestfile\.cmake|meson\.build|BUILD(\.bazel)?)$/,
  /^(CMake(User)?Presets\.json|configure(\.ac)?|Makefile\.(am|in)|meson_options\.txt|meson\.options|\.clang-tidy|compile_flags\.txt)$/,
  /\.(mk|cmake|gradle|gradle\.kts)$/,
  /^(pom\.xml|mvnw|gradlew|(mvnw|gradlew)\.(bat|cmd)|gradle\.properties|junit-platform\.properties|testng\.xml|checkstyle\.xml|detekt\.yml)$/,
  /^(Cargo\.toml|build\.rs|rust-toolchain(\.toml)?|\.?clippy\.toml|go\.(mod|work)|\.golangci\.(ya?ml|toml|json))$/,
  /^(build\.sbt|phpunit\.xml(\.dist)?|\.rspec|mix\.exs|Package\.swift)$/,
  /\.(csproj|fsproj|vbproj|sln|runsettings)$/,
  /^(\.gitlab-ci\.ya?ml|\.travis\.ya?ml|azure-pipelines\.ya?ml|Jenkinsfile|\.pre-commit-config\.ya?ml|appveyor\.ya?ml|smallcode\.json)$/,
];

const AUTOMATION = /(^|\/)(\.github|\.circleci|\.gitlab|\.buildkite|\.husky|\.ci|\.cargo|\.config|\.mvn)\//;

/** What a test runner loads by itself: installed packages, their plug-ins, and what at the root would be taken for the runner. */
const RUNNER =
  /(^|\/)(node_modules|site-packages|dist-packages|[^/]+\.(dist|egg)-info)\/|^(pytest|_pytest|pluggy|unittest)(\.py$|\/)/;

/** Whether this file (relative, "/") is part of what judges a change. */
export function isFrozen(path: string): boolean {
  const name = path.split("/").at(-1) ?? path;
  return (
    FOLDERS.test(path) ||
    SOURCE_SETS.test(path) ||
    AUTOMATION.test(path) ||
    RUNNER.test(path) ||
    TESTS.some((pattern) => pattern.test(name)) ||
    CONFIGURATION.some((pattern) => pattern.test(name))
  );
}

/** A name of something that judges: a shell script, a program without an ending, or what is called so. */
const SCRIPT = /(\.(sh|bash|zsh|ps1|bat|cmd)|^[^.]+)$|check|test|verif|judge|validat/i;

/** What is frozen where these command lines are the checks: also the scripts that they name. */
export function judgedBy(commands: string[], files: string[]): (path: string) => boolean {
  const words = new Set(
    commands.flatMap((line) => line.split(/[\s'"`=;&|()<>$]+/)).map((word) => word.replace(/^\.\//, "")),
  );
  const isNamed = (path: string): boolean =>
    words.has(path) || [...words].some((word) => word !== "" && path.endsWith(`/${word}`));
  const scripts = new Set(
    files.filter((path) => SCRIPT.test(path.slice(path.lastIndexOf("/") + 1)) && isNamed(path)),
  );
  return (path) => isFrozen(path) || scripts.has(path);
}
