/**
 * What the tests of each language need on this machine, and the one cache folder that holds what they would otherwise fetch: a
 * home for the toolchains (`home/`: Maven's repository, crates, Go's compiled library) and one install of jest. Each is filled
 * by one warm-up, the only time anything here uses the network; tests then run without it.
 */
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { Stop } from "../stop.ts";
import { type Files, type Language, lay } from "./task.ts";

interface Toolchain {
  needs: string[];
  /** Fills the cache; run once in a folder of its own. */
  warm?: { files: Files; commands: string[][] };
}

const JEST = {
  "@babel/core": "7.25.2",
  "@exercism/babel-preset-javascript": "0.2.1",
  "babel-jest": "29.7.0",
  "core-js": "3.37.1",
  jest: "29.7.0",
};

/** The versions that the exercises' own build.gradle names, with plug-ins that run them. */
export const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>exercise</groupId>
  <artifactId>exercise</artifactId>
  <version>1</version>
  <properties>
    <maven.compiler.source>17</maven.compiler.source>
    <maven.compiler.target>17</maven.compiler.target>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
    <dependency>
      <groupId>org.junit.jupiter</groupId>
      <artifactId>junit-jupiter</artifactId>
      <version>5.10.0</version>
      <scope>test</scope>
    </dependency>
    <dependency>
      <groupId>org.assertj</groupId>
      <artifactId>assertj-core</artifactId>
      <version>3.25.1</version>
      <scope>test</scope>
    </dependency>
  </dependencies>
  <build>
    <plugins>
      <plugin>
        <groupId>org.apache.maven.plugins</groupId>
        <artifactId>maven-compiler-plugin</artifactId>
        <version>3.11.0</version>
      </plugin>
      <plugin>
        <groupId>org.apache.maven.plugins</groupId>
        <artifactId>maven-surefire-plugin</artifactId>
        <version>3.2.5</version>
      </plugin>
    </plugins>
  </build>
</project>
`;

const JAVA: Files = {
  "pom.xml": POM,
  "src/main/java/Warm.java": "public class Warm {\n    static int one() {\n        return 1;\n    }\n}\n",
  "src/test/java/WarmTest.java": `import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

public class WarmTest {
    @Test
    public void one() {
        assertThat(Warm.one()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1})
    public void same(int value) {
        assertThat(Warm.one()).isEqualTo(value);
    }
}
`,
};

/** What a crate of the exercises' references depends on. */
const RUST: Files = {
  "Cargo.toml":
    '[package]\nname = "warm"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\nregex = "0.2"\ncounter = "0.5.2"\n',
  "src/lib.rs": "",
};

const GO: Files = {
  "go.mod": "module warm\n\ngo 1.18\n",
  "warm.go": `package warm

import (
	_ "bytes"
	_ "errors"
	_ "fmt"
	_ "io"
	_ "math"
	_ "math/rand"
	_ "reflect"
	_ "regexp"
	_ "runtime"
	_ "sort"
	_ "strconv"
	_ "strings"
	_ "sync"
	_ "time"
	_ "unicode"
)
`,
  "warm_test.go": 'package warm\n\nimport "testing"\n\nfunc TestNothing(t *testing.T) {}\n',
};

const TOOLCHAINS: Record<Language, Toolchain> = {
  python: { needs: ["python3"] },
  javascript: {
    needs: ["node", "npm"],
    warm: {
      files: { "package.json": `${JSON.stringify({ private: true, dependencies: JEST }, null, 2)}\n` },
      commands: [["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"]],
    },
  },
  go: {
    needs: ["go"],
    warm: {
      files: GO,
      commands: [
        ["go", "test", "./..."],
        ["go", "vet", "./..."],
      ],
    },
  },
  rust: { needs: ["cargo"], warm: { files: RUST, commands: [["cargo", "fetch"]] } },
  java: { needs: ["mvn", "java", "javac"], warm: { files: JAVA, commands: [["mvn", "-B", "-q", "test"]] } },
  cpp: { needs: ["cmake", "make", "c++"] },
};

/** Where the cache is unless the command line says otherwise. */
export const defaultCache = (): string =>
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "smallcode-bench");

/** The programs that a language lacks here; Python without pytest lacks that. */
export function missing(language: Language): string[] {
  const lacking = TOOLCHAINS[language].needs.filter((program) => Bun.which(program) === null);
  if (language !== "python" || lacking.length > 0) return lacking;
  const { exitCode } = Bun.spawnSync(["python3", "-c", "import pytest"], { stderr: "ignore" });
  return exitCode === 0 ? [] : ["pytest"];
}

/** PATH with Python itself in front: a version manager's stand-in for it costs more than a whole test run. */
const PATH = (() => {
  const python = Bun.which("python3");
  if (python === null) return process.env.PATH ?? "";
  const { success, stdout } = Bun.spawnSync([python, "-c", "import sys; print(sys.executable)"]);
  return success ? `${dirname(stdout.toString().trim())}:${process.env.PATH}` : (process.env.PATH ?? "");
})();

/** The environment in which toolchains and the agent run: this one's, with the cache as home, and nothing that redirects them. */
export function environment(cache: string): Record<string, string> {
  const home = join(cache, "home");
  for (const name of [".cache", ".cargo", ".m2/repository", ".npm"])
    mkdirSync(join(home, name), { recursive: true });
  const redirects =
    /^(GIT_|PYTEST_|PYTHONPATH$|XDG_|SMALLCODE_|NODE_PATH$|GO(CACHE|FLAGS|PATH|MODCACHE)$|CARGO_|MAVEN_)/;
  const kept = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || redirects.test(name) ? [] : [[name, value] as const],
  );
  return {
    ...Object.fromEntries(kept),
    PATH,
    HOME: home,
    RUSTUP_HOME: process.env.RUSTUP_HOME ?? join(homedir(), ".rustup"),
    MAVEN_OPTS: `-Dmaven.repo.local=${join(home, ".m2", "repository")}`,
  };
}

/** Makes sure that the tests of these languages run without a network. Throws a `Stop` where a warm-up fails. */
export function warmUp(cache: string, languages: readonly Language[]): void {
  const env = environment(cache);
  for (const language of languages) {
    const { warm } = TOOLCHAINS[language];
    const place = join(cache, language);
    const done = join(place, "warm");
    if (warm === undefined || existsSync(done)) continue;
    rmSync(place, { recursive: true, force: true });
    lay(warm.files, place);
    for (const cmd of warm.commands) {
      const { success, stderr, stdout } = Bun.spawnSync(cmd, { cwd: place, env });
      if (success) continue;
      const said = `${stdout.toString()}\n${stderr.toString()}`.trim().split("\n").slice(-5).join("\n");
      throw new Stop(`The warm-up for ${language} failed (${cmd.join(" ")}):\n${said}`, 2);
    }
    writeFileSync(done, "");
  }
}

/** What the folder of a task gets beside its files: the shared jest, a lock file of its crates. */
export function furnish(language: Language, folder: string, cache: string): void {
  if (language === "javascript")
    symlinkSync(join(cache, "javascript", "node_modules"), join(folder, "node_modules"));
  if (language !== "rust") return;
  const cmd = ["cargo", "generate-lockfile", "--offline"];
  const { success, stderr } = Bun.spawnSync(cmd, { cwd: folder, env: environment(cache) });
  if (!success) throw new Error(`cargo generate-lockfile failed in ${folder}: ${stderr.toString()}`);
}
