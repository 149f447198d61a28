/** Which of a person's environment the commands of a check get to see. */

const PASSED_ON =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|VIRTUAL_ENV|CONDA_PREFIX|PYENV_ROOT|PYENV_VERSION|PYTHONPATH|JAVA_HOME|M2_HOME|MAVEN_OPTS|GRADLE_USER_HOME|GOPATH|GOROOT|GOFLAGS|GOCACHE|GOMODCACHE|CARGO_HOME|RUSTUP_HOME|RUSTUP_TOOLCHAIN|NODE_PATH|NVM_DIR|VOLTA_HOME|BUN_INSTALL|DENO_DIR|DOTNET_ROOT|GEM_HOME|GEM_PATH|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|XDG_CACHE_HOME|NIX_\w+)$/;
const SECRET =
  /key|token|secret|passw|credential|proxy|cookie|_auth|^(openai|anthropic|smallcode|aws|azure|gcp|google)_/i;

/** The values of what looks like a secret by its name. Pure. */
export function secretValues(env: Record<string, string | undefined>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && SECRET.test(name) ? [value] : [],
  );
}

/** The environment for commands of a check: names from a closed list that do not look like a secret, and what makes tools run unattended. Pure. */
export function childEnvironment(env: Record<string, string | undefined>): Record<string, string> {
  const passed = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && PASSED_ON.test(name) && !SECRET.test(name) ? [[name, value] as const] : [],
  );
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    ...Object.fromEntries(passed),
    TERM: "dumb",
    CI: "1",
    NO_COLOR: "1",
  };
}
