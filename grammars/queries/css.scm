(rule_set (selectors) @name (block) @body) @definition.class
(keyframes_statement (keyframes_name) @name) @definition.type
(import_statement (string_value) @module) @import
