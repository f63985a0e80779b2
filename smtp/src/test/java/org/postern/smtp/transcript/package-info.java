/** Plays dialogues that read like the RFC's examples against a real server on loopback. Other modules use it, too. */
@NullMarked
package org.postern.smtp.transcript;

import org.jspecify.annotations.NullMarked;
