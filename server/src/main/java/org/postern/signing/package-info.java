/** What leaves is signed: the keys of our domains, which of them stand in DNS, and the signatures and seals made with them. */
@NullMarked
package org.postern.signing;

import org.jspecify.annotations.NullMarked;
