(atx_heading heading_content: (_) @name) @definition.module
(setext_heading heading_content: (_) @name) @definition.module
