/** Imports of each language and the files that they mean, in small trees as projects lay them out. */
import { describe, expect, test } from "bun:test";
import { tree } from "./tree.ts";

const files = (...paths: string[]): Record<string, object> =>
  Object.fromEntries(paths.map((path) => [path, {}]));

type Row = [from: string, said: string, ...meant: string[]];

/** Each row is an import in a file, and the files that it means. */
function meanings(name: string, content: Parameters<typeof tree>[0], rows: Row[]): void {
  test(name, () => {
    const { resolve } = tree(content);
    for (const [from, said, ...meant] of rows)
      expect([from, said, ...resolve(from, said)]).toEqual([from, said, ...meant]);
  });
}

describe("Python", () => {
  meanings(
    "packages, their modules, and what they give on",
    files(
      "app/__init__.py",
      "app/db/__init__.py",
      "app/db/models.py",
      "app/db/query.py",
      "app/cli.py",
      "run.py",
    ),
    [
      ["run.py", "app", "app/__init__.py"],
      ["run.py", "app.db.models", "app/db/models.py"],
      ["run.py", "app.db: models", "app/db/models.py"],
      ["run.py", "app.db: models, Model", "app/db/models.py", "app/db/__init__.py"],
      ["run.py", "app.db: *", "app/db/__init__.py"],
      ["app/db/query.py", ".: models", "app/db/models.py"],
      ["app/db/query.py", ".models: Model", "app/db/models.py"],
      ["app/db/query.py", "..: cli", "app/cli.py"],
      ["app/db/__init__.py", ".query: *", "app/db/query.py"],
      ["app/db/query.py", ".....x"],
      ["run.py", "django.db: models"],
      // A package is no folder of scripts: its modules are not found without it.
      ["app/db/query.py", "models"],
    ],
  );
  meanings(
    "sources below src, namespace packages, stubs, tests with their own root",
    {
      ...files("src/pkg/__init__.py", "src/pkg/a.py", "space/part/b.py", "typed/c.pyi", "tests/helper.py"),
      ...files(
        "tests/test_a.py",
        "tests/sub/__init__.py",
        "tests/sub/test_b.py",
        "tests/json.py",
        "tools/x/y.py",
      ),
    },
    [
      ["tests/test_a.py", "pkg: a", "src/pkg/a.py"],
      ["tests/test_a.py", "helper", "tests/helper.py"],
      ["tests/sub/test_b.py", "helper: x", "tests/helper.py"],
      ["src/pkg/a.py", "space.part.b", "space/part/b.py"],
      ["src/pkg/a.py", "space.part: b", "space/part/b.py"],
      ["src/pkg/a.py", "typed.c", "typed/c.pyi"],
      // Python's own, unless a file of the name lies beside.
      ["src/pkg/a.py", "json"],
      ["tests/test_a.py", "json", "tests/json.py"],
    ],
  );
  meanings(
    "folders that settings name",
    {
      "pyproject.toml":
        '[tool.pytest.ini_options]\npythonpath = ["lib/python"]\n[tool.poetry]\npackages = [{ include = "b", from = "py" }]\n',
      "old/setup.cfg": "[options]\npackage_dir =\n    = code\n",
      ...files(
        "lib/python/one/__init__.py",
        "other/one/__init__.py",
        "other/one/larger.py",
        "big/b/__init__.py",
        "big/b/larger.py",
        "zoo/c/__init__.py",
        "old/code2/c/__init__.py",
        "old/code2/c/larger.py",
        "py/b/__init__.py",
        "old/code/c/__init__.py",
        "old/t.py",
        "t.py",
      ),
    },
    [
      ["t.py", "one", "lib/python/one/__init__.py"],
      ["t.py", "b", "py/b/__init__.py"],
      ["old/t.py", "c", "old/code/c/__init__.py"],
    ],
  );
});

describe("JavaScript and TypeScript", () => {
  meanings(
    "relative paths, with endings and without",
    files(
      "src/a.ts",
      "src/b.tsx",
      "src/c/index.ts",
      "src/d.js",
      "src/d.ts",
      "src/e.d.ts",
      "src/f.json",
      "src/g.mts",
      "old/h.js",
      "old/h.ts",
    ),
    [
      ["src/a.ts", "./b", "src/b.tsx"],
      ["src/a.ts", "./b.js", "src/b.tsx"],
      ["src/a.ts", "./c", "src/c/index.ts"],
      ["src/a.ts", "./c/", "src/c/index.ts"],
      ["src/a.ts", "./d.js", "src/d.ts"],
      ["src/a.ts", "./e", "src/e.d.ts"],
      ["src/a.ts", "./f.json", "src/f.json"],
      ["src/a.ts", "./g.mjs", "src/g.mts"],
      ["src/a.ts", "./b?raw", "src/b.tsx"],
      ["src/c/index.ts", ".."],
      ["src/c/index.ts", "../a.ts", "src/a.ts"],
      ["old/h.js", "./h.js", "old/h.js"],
      ["src/a.ts", "../../../etc/passwd"],
      ["src/a.ts", "react"],
      ["src/a.ts", "./x.constructor"],
      ["src/a.ts", "__proto__"],
    ],
  );
  meanings(
    "aliases of tsconfig.json, with comments, what it extends, and references",
    {
      "tsconfig.base.json": `{ "compilerOptions": { "paths": { "~/*": ["\${configDir}/code/*"] } } }`,
      "app/tsconfig.json":
        '{ // of the app\n "extends": ["../tsconfig.base"], "compilerOptions": { "baseUrl": "./src", /* , */ }, }',
      "web/tsconfig.json": '{ "files": [], "references": [{ "path": "./tsconfig.app.json" }] }',
      "web/tsconfig.app.json": '{ "extends": "../tsconfig.base.json" }',
      ...files(
        "lib/one.ts",
        "other/two.ts",
        "app/src/deep/x.ts",
        "app/src/main.ts",
        "web/code/y.ts",
        "web/z.ts",
        "root.ts",
      ),
    },
    [
      ["app/src/main.ts", "deep/x", "app/src/deep/x.ts"],
      ["web/z.ts", "~/y", "web/code/y.ts"],
      ["root.ts", "@lib/one"],
    ],
  );
  test("paths are found from the folder that says them", () => {
    const paths =
      '{ "compilerOptions": { "paths": { "@lib/*": ["lib/*", "other/*"], "@lib/special/*": ["s/*"], "only": ["lib/one.ts"] } } }';
    const { resolve } = tree({
      "tsconfig.json": paths,
      "pack/tsconfig.json": '{ "extends": "../tsconfig.json" }',
      ...files("lib/one.ts", "other/two.ts", "s/q.ts", "pack/in.ts"),
    });
    expect(resolve("pack/in.ts", "@lib/one")).toEqual(["lib/one.ts"]);
    expect(resolve("pack/in.ts", "@lib/two")).toEqual(["other/two.ts"]);
    expect(resolve("pack/in.ts", "@lib/special/q")).toEqual(["s/q.ts"]);
    expect(resolve("pack/in.ts", "only")).toEqual(["lib/one.ts"]);
    expect(resolve("pack/in.ts", "only/not")).toEqual([]);
  });
  meanings(
    "packages of the repository",
    {
      "packages/core/package.json": JSON.stringify({
        name: "@acme/core",
        exports: {
          ".": { import: { types: "./dist/index.d.ts", default: "./dist/index.mjs" } },
          "./tools/*": "./dist/tools/*.js",
        },
        imports: { "#inner/*": "./src/inner/*.ts" },
      }),
      "packages/old/package.json": '{ "name": "old", "main": "lib/start.js" }',
      "packages/ui/package.json": '{ "name": "ui" }',
      ...files("packages/core/src/index.ts", "packages/core/src/tools/t.ts", "packages/core/src/inner/i.ts"),
      ...files(
        "packages/old/src/start.ts",
        "packages/ui/src/index.tsx",
        "packages/ui/src/button.tsx",
        "app/main.ts",
      ),
    },
    [
      ["app/main.ts", "@acme/core", "packages/core/src/index.ts"],
      ["app/main.ts", "@acme/core/tools/t", "packages/core/src/tools/t.ts"],
      ["packages/core/src/index.ts", "#inner/i", "packages/core/src/inner/i.ts"],
      ["app/main.ts", "old", "packages/old/src/start.ts"],
      ["app/main.ts", "ui", "packages/ui/src/index.tsx"],
      ["app/main.ts", "ui/button", "packages/ui/src/button.tsx"],
      ["app/main.ts", "uix"],
    ],
  );
});

meanings(
  "Go: the module's packages, those of a workspace and of a replacement",
  {
    "go.mod": "module example.com/app // the app\n\ngo 1.22\nreplace example.com/forked v1.0.0 => ./forked\n",
    "go.work": "go 1.22\nuse (\n\t.\n\t./tools\n)\n",
    "tools/go.mod": "module example.com/tools\n",
    ...files(
      "main.go",
      "stack/stack.go",
      "stack/more.go",
      "stack/stack_test.go",
      "tools/gen/gen.go",
      "forked/f.go",
      "rent/x.go",
    ),
    ...files("vendor/github.com/x/y/y.go"),
  },
  [
    ["main.go", "example.com/app/stack", "stack/more.go", "stack/stack.go"],
    ["main.go", "example.com/tools/gen", "tools/gen/gen.go"],
    ["tools/gen/gen.go", "example.com/app", "main.go"],
    ["main.go", "example.com/forked", "forked/f.go"],
    ["main.go", "github.com/x/y", "vendor/github.com/x/y/y.go"],
    ["main.go", "example.com/apparent"],
    ["main.go", "fmt"],
  ],
);

meanings(
  "Rust: crate, super, self, mod, and crates of the workspace",
  {
    "Cargo.toml": '[workspace]\nmembers = ["core", "cli"]\n',
    "core/Cargo.toml": '[package]\nname = "my-core"\n',
    "cli/Cargo.toml": '[package]\nname = "cli"\n[[bin]]\nname = "tool"\npath = "tool/main.rs"\n',
    ...files(
      "core/src/lib.rs",
      "core/src/a.rs",
      "core/src/a/b.rs",
      "core/src/c/mod.rs",
      "core/src/c/d.rs",
      "core/tests/it.rs",
    ),
    ...files("core/tests/common/mod.rs", "cli/tool/main.rs", "cli/tool/args.rs", "cli/tool/args/parse.rs"),
  },
  [
    ["core/src/lib.rs", "self::a", "core/src/a.rs"],
    ["core/src/a.rs", "self::b", "core/src/a/b.rs"],
    ["core/src/a/b.rs", "super: Thing", "core/src/a.rs"],
    ["core/src/a/b.rs", "super::super: Thing", "core/src/lib.rs"],
    ["core/src/c/d.rs", "super: Thing", "core/src/c/mod.rs"],
    ["core/src/c/d.rs", "crate::a::b: Deep, deeper", "core/src/a/b.rs"],
    ["core/src/c/d.rs", "crate: a, Root", "core/src/a.rs", "core/src/lib.rs"],
    ["core/tests/it.rs", "my_core::c: D", "core/src/c/mod.rs"],
    ["core/src/a.rs", "self: Own"],
    ["core/tests/it.rs", "self::common", "core/tests/common/mod.rs"],
    ["cli/tool/args/parse.rs", "crate::args: Args", "cli/tool/args.rs"],
    ["cli/tool/main.rs", "my_core", "core/src/lib.rs"],
    ["cli/tool/main.rs", "std::io: Read"],
  ],
);

meanings(
  "Java, Kotlin, Scala: classes by path or by package, members, whole packages",
  {
    ...files(
      "a/src/main/java/org/x/Stack.java",
      "a/src/main/java/org/x/Queue.java",
      "a/src/test/java/org/x/StackTest.java",
    ),
    ...files("b/src/main/java/org/y/Main.java"),
    "k/Loose.kt": { defines: ["class Loose 1-3", "function topLevel 5-6"], language: "kotlin" },
    "k/src/main/kotlin/util/Deep.kt": { defines: ["class Other 1-3"], language: "kotlin" },
    "google/reflect/Token.java": { defines: ["module org.google.reflect 1-9", "class Inner 2-8"] },
  },
  [
    ["b/src/main/java/org/y/Main.java", "org.x.Stack: Stack", "a/src/main/java/org/x/Stack.java"],
    ["b/src/main/java/org/y/Main.java", "org.x.Stack", "a/src/main/java/org/x/Stack.java"],
    ["b/src/main/java/org/y/Main.java", "org.x.Stack.push: push", "a/src/main/java/org/x/Stack.java"],
    [
      "b/src/main/java/org/y/Main.java",
      "org.x: *",
      "a/src/main/java/org/x/Queue.java",
      "a/src/main/java/org/x/Stack.java",
      "a/src/test/java/org/x/StackTest.java",
    ],
    ["b/src/main/java/org/y/Main.java", "org.x.Stack: *", "a/src/main/java/org/x/Stack.java"],
    ["b/src/main/java/org/y/Main.java", "com.app.util.Other: Other", "k/src/main/kotlin/util/Deep.kt"],
    ["b/src/main/java/org/y/Main.java", "org.google.reflect.Inner: Inner", "google/reflect/Token.java"],
    ["b/src/main/java/org/y/Main.java", "com.apple.reflect.Inner: Inner"],
    ["b/src/main/java/org/y/Main.java", "google.reflect.Inner: Inner"],
    ["b/src/main/java/org/y/Main.java", "java.util.List: List"],
  ],
);

meanings(
  "C and C++: beside the file, below the usual folders, or where a path ends so",
  files(
    "src/a.c",
    "src/a.h",
    "include/lib/b.h",
    "third/deep/inc/c.hpp",
    "third/string.h",
    "src/main.cpp",
    "x/dup.h",
    "src/y/dup.h",
  ),
  [
    ["src/a.c", "a.h: *", "src/a.h"],
    ["src/a.c", "lib/b.h: *", "include/lib/b.h"],
    ["src/a.c", "<lib/b.h>: *", "include/lib/b.h"],
    ["src/main.cpp", "deep/inc/c.hpp: *", "third/deep/inc/c.hpp"],
    ["src/main.cpp", "dup.h: *", "src/y/dup.h"],
    ["src/a.c", "<string.h>: *"],
    ["src/a.c", "<vector>: *"],
    ["src/a.c", "<sys/types.h>: *"],
    ["src/a.c", "../../../../etc/hosts.h: *"],
  ],
);

meanings(
  "C#: namespaces by who defines them, else by folders; a class of one",
  {
    "src/Stuff/User.cs": { defines: ["module App.Core.Models 1-20", "class User 2-19"] },
    "src/Core/Services/Mail.cs": {},
    "src/Web/Home.cs": {},
  },
  [
    ["src/Web/Home.cs", "App.Core.Models: *", "src/Stuff/User.cs"],
    ["src/Web/Home.cs", "Core.Services: *", "src/Core/Services/Mail.cs"],
    ["src/Web/Home.cs", "App.Core.Models.User: *", "src/Stuff/User.cs"],
    ["src/Web/Home.cs", "System.Text: *"],
  ],
);

meanings(
  "Ruby: require_relative, lib, and a gem's own folder",
  files(
    "lib/stack.rb",
    "lib/stack/node.rb",
    "spec/stack_spec.rb",
    "spec/spec_helper.rb",
    "old/stack/node.rb",
    "gems/x/lib/x/core.rb",
    "bin/run.rb",
  ),
  [
    ["lib/stack.rb", "./stack/node: *", "lib/stack/node.rb"],
    ["spec/stack_spec.rb", "stack/node: *", "lib/stack/node.rb"],
    ["spec/stack_spec.rb", "spec_helper: *", "spec/spec_helper.rb"],
    ["bin/run.rb", "../lib/stack.rb: *", "lib/stack.rb"],
    ["bin/run.rb", "x/core: *", "gems/x/lib/x/core.rb"],
    ["bin/run.rb", "json: *"],
  ],
);

meanings(
  "PHP: psr-4, folders, and included files",
  {
    "composer.json":
      '{ "autoload": { "psr-4": { "App\\\\": "src/" } }, "autoload-dev": { "psr-4": { "App\\\\Tests\\\\": ["tests"] } } }',
    ...files(
      "src/Http/Kernel.php",
      "tests/KernelTest.php",
      "legacy/inc/db.php",
      "legacy/index.php",
      "zoo/Tests/KernelTest.php",
      "other/Vendor/Tool.php",
    ),
  },
  [
    ["legacy/index.php", "App\\Http\\Kernel: Kernel", "src/Http/Kernel.php"],
    ["legacy/index.php", "App\\Http\\Kernel", "src/Http/Kernel.php"],
    ["legacy/index.php", "App\\Http: Kernel", "src/Http/Kernel.php"],
    ["legacy/index.php", "App\\Tests\\KernelTest", "tests/KernelTest.php"],
    ["legacy/index.php", "./inc/db.php: *", "legacy/inc/db.php"],
    ["legacy/index.php", "legacy/inc/db.php: *", "legacy/inc/db.php"],
    ["legacy/index.php", "Some\\Vendor\\Tool", "other/Vendor/Tool.php"],
    ["legacy/index.php", "PDO"],
  ],
);

meanings(
  "scripts, Lua, pages and style sheets",
  {
    ...files(
      "bin/run.sh",
      "bin/lib/log.sh",
      "site/index.html",
      "site/css/a.css",
      "site/css/b.css",
      "public/js/app.js",
    ),
    "lua/a/init.lua": { language: "lua" },
    "lua/a/b.lua": { language: "lua" },
    "lua/main.lua": { language: "lua" },
    "Sources/Core/x.swift": { language: "swift" },
    "Sources/App/main.swift": { language: "swift" },
  },
  [
    ["bin/run.sh", "./lib/log.sh: *", "bin/lib/log.sh"],
    ["bin/run.sh", `\${DIR}/lib/log.sh: *`, "bin/lib/log.sh"],
    ["bin/run.sh", '$(dirname "$0")/lib/log.sh: *', "bin/lib/log.sh"],
    ["bin/run.sh", "/lib/log.sh: *"],
    ["lua/main.lua", "a.b", "lua/a/b.lua"],
    ["lua/main.lua", "a", "lua/a/init.lua"],
    ["site/index.html", "css/a.css", "site/css/a.css"],
    ["site/index.html", "/js/app.js?v=1", "public/js/app.js"],
    ["site/index.html", "https://example.com/css/a.css"],
    ["site/css/a.css", "b.css: *", "site/css/b.css"],
    ["Sources/App/main.swift", "Core", "Sources/Core/x.swift"],
  ],
);

describe("settings that are broken or hostile", () => {
  const deep = `${"[".repeat(200_000)}`;
  const nested = JSON.stringify({
    name: "n",
    exports: JSON.parse(`${'{"import":'.repeat(500)}"./a.js"${"}".repeat(500)}`),
  });
  const tables: Record<string, Record<string, string>> = {
    "circles of extends": {
      "tsconfig.json": '{ "extends": "./b.json" }',
      "b.json":
        '{ "extends": ["./tsconfig.json", "./b.json"], "compilerOptions": { "paths": { "@/*": ["src/*"] } } }',
    },
    "wrong types": {
      "tsconfig.json":
        '{ "extends": 7, "references": {}, "compilerOptions": { "paths": { "@/*": [1, null, "src/*"], "*": "x" }, "baseUrl": [] } }',
      "package.json": '{ "name": ["x"], "exports": 3, "imports": [[]], "main": {} }',
      "composer.json": '{ "autoload": { "psr-4": [1, 2] } }',
      "pyproject.toml": 'tool = "none"\n',
      "Cargo.toml": "[package]\nname = 1\n[[bin]]\npath = 2\n",
      "go.mod": "module\n",
    },
    "no JSON at all": {
      "tsconfig.json": deep,
      "package.json": "\u0000\uFEFF{",
      "composer.json": `${"/*".repeat(100_000)}`,
      "pyproject.toml": "[[[",
      "Cargo.toml": "= = =",
      "go.mod": `${"module ".repeat(50_000)}`,
      "go.work": `${"use (\n".repeat(50_000)}`,
    },
    "deep and long": {
      "package.json": nested,
      "tsconfig.json": `{ "compilerOptions": { "paths": { "@/*": ["src/*"] } } }${" ".repeat(2 << 20)}`,
    },
    "paths that leave the project": {
      "tsconfig.json":
        '{ "extends": "../../x.json", "compilerOptions": { "baseUrl": "../..", "paths": { "@/*": ["../../../*"] } } }',
      "package.json": '{ "name": "n", "exports": "../../secret.ts" }',
      "go.mod": "module m\nreplace x => ../../../y\n",
      "Cargo.toml": '[package]\nname = "n"\n[lib]\npath = "../../../lib.rs"\n',
    },
  };
  for (const [name, settings] of Object.entries(tables))
    test(name, () => {
      const { resolve, index } = tree({
        ...settings,
        ...files(
          "src/a.ts",
          "src/b.ts",
          "src/a.py",
          "src/b.py",
          "src/a.go",
          "src/lib.rs",
          "src/c.rs",
          "src/A.php",
        ),
      });
      const began = performance.now();
      const known = new Set(index.files.map(({ path }) => path));
      for (const from of ["src/a.ts", "src/a.py", "src/a.go", "src/c.rs", "src/A.php"])
        for (const said of [
          "@/b",
          "n",
          "n/x",
          "#y",
          "b",
          "x",
          "crate::c",
          "App\\B",
          "constructor",
          "a.__proto__",
          "./b",
        ])
          for (const path of resolve(from, said)) expect(known.has(path)).toBe(true);
      expect(resolve("src/a.ts", "./b")).toEqual(["src/b.ts"]);
      expect(resolve("src/a.py", "b")).toEqual(["src/b.py"]);
      expect(performance.now() - began).toBeLessThan(4000);
    });
});
