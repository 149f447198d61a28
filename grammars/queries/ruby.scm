(method name: (_) @name body: (_)? @body) @definition.method
(singleton_method name: (_) @name body: (_)? @body) @definition.method
(class name: (_) @name body: (_)? @body) @definition.class
(singleton_class body: (_)? @body) @definition.scope
(module name: (_) @name body: (_)? @body) @definition.module
(program (assignment left: (constant) @name) @definition.variable)
(call method: (identifier) @_require arguments: (argument_list . (string) @import)
  (#any-of? @_require "require" "require_relative" "load"))
