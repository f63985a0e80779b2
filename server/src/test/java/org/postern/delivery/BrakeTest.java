package org.postern.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postern.smtp.client.Payload;

class BrakeTest {
    private final Brake brake = new Brake();
    private final Socket socket = new Socket();

    @AfterEach
    void close() throws IOException {
        socket.close();
    }

    @Test
    void connectionIsClosedBeforeContentGoesOverIt() throws Exception {
        brake.arm();
        brake.watch(socket);
        brake.released(Payload.of(new byte[1]));
        brake.pull();
        assertThat(socket.isClosed()).isTrue();
        assertThat(brake.isPulled()).isTrue();
    }

    /** Whether the other side has the message is not known from then on. */
    @Test
    void connectionIsLeftAloneOnceContentGoesOverIt() throws Exception {
        brake.arm();
        brake.watch(socket);
        brake.released(Payload.of(new byte[1])).open().close();
        brake.pull();
        assertThat(socket.isClosed()).isFalse();
        assertThat(brake.isPulled()).isFalse();
    }

    @Test
    void connectionThatComesTooLateIsNotUsed() {
        brake.arm();
        brake.pull();
        assertThatThrownBy(() -> brake.watch(socket)).hasMessage(Brake.WHY);
        assertThat(socket.isClosed()).isTrue();
    }

    @Test
    void betweenTwoAttemptsThereIsNothingToBreakOff() throws Exception {
        brake.arm();
        brake.watch(socket);
        brake.disarm();
        brake.pull();
        brake.arm();
        assertThat(socket.isClosed()).isFalse();
        assertThat(brake.isPulled()).isFalse();
    }
}
